// SPDX-License-Identifier: Apache-2.0
/** The backend {@code memory}: a sorted map on the heap, the reference of how a store behaves. */
@NullMarked
package dev.ensemblekv.memory;

import org.jspecify.annotations.NullMarked;
