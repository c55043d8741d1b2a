// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

/**
 * What a store and its callers have to be like for a workload. Workloads with the same setting are
 * done one after the other with the same store.
 *
 * @param valueBytes length of each value
 * @param threads how many threads call
 * @param sync whether each write is durable at its return
 * @param dataPercent how much is loaded, in percent of what was asked for
 */
record Setting(int valueBytes, int threads, boolean sync, int dataPercent) {}
