// SPDX-License-Identifier: Apache-2.0
/**
 * The backend {@code lmdb}: stores in a memory-mapped B+tree, by the library LMDB. Begin with
 * {@link dev.ensemblekv.lmdb.LmdbBackend}.
 */
@NullMarked
package dev.ensemblekv.lmdb;

import org.jspecify.annotations.NullMarked;
