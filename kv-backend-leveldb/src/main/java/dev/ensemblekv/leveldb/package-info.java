// SPDX-License-Identifier: Apache-2.0
/**
 * The backend {@code leveldb}: stores of Google's LevelDB, by the native library of leveldbjni, for
 * ordered data larger than memory.
 */
@NullMarked
package dev.ensemblekv.leveldb;

import org.jspecify.annotations.NullMarked;
