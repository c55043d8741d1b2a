// SPDX-License-Identifier: Apache-2.0
/** Workloads, each described by a line: mixes of calls on keys some of which are more popular. */
@NullMarked
package dev.ensemblekv.bench.workloads;

import org.jspecify.annotations.NullMarked;
