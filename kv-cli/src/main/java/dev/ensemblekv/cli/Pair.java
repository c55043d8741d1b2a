// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

/** A key and its value. The arrays belong to whoever holds the pair. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Pair(byte[] key, byte[] value) {}
