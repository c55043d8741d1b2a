// SPDX-License-Identifier: Apache-2.0
/** Tests of what is told of a store that grows. */
@NullMarked
package dev.ensemblekv.bench.size;

import org.jspecify.annotations.NullMarked;
