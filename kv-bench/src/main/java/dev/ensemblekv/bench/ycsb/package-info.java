// SPDX-License-Identifier: Apache-2.0
/** The core workloads of YCSB: mixes of calls on keys of which some are asked for more often. */
@NullMarked
package dev.ensemblekv.bench.ycsb;

import org.jspecify.annotations.NullMarked;
