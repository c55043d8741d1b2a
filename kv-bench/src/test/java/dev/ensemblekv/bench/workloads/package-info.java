// SPDX-License-Identifier: Apache-2.0
/** Tests of the workloads of YCSB. */
@NullMarked
package dev.ensemblekv.bench.workloads;

import org.jspecify.annotations.NullMarked;
