// SPDX-License-Identifier: Apache-2.0
/** Reads of a store that is not in memory, held against random reads of the disk itself. */
@NullMarked
package dev.ensemblekv.bench.cold;

import org.jspecify.annotations.NullMarked;
