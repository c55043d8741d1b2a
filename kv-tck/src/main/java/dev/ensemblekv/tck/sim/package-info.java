// SPDX-License-Identifier: Apache-2.0
/**
 * A simulated machine: a disk that loses what was not synced and fails on demand, background work
 * that runs when the test says so, and an explorer that crashes a store at every step.
 */
@NullMarked
package dev.ensemblekv.tck.sim;

import org.jspecify.annotations.NullMarked;
