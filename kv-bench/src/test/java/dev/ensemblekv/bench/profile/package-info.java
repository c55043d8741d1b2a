// SPDX-License-Identifier: Apache-2.0
/** Tests of the benchmarks: that they do what they measure. */
@NullMarked
package dev.ensemblekv.bench.profile;

import org.jspecify.annotations.NullMarked;
