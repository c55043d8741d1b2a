// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import org.jspecify.annotations.Nullable;

/** One put or delete of a batch, with what can be computed before its turn comes. */
@SuppressWarnings("ArrayRecordComponent") // the arrays of a batch never change
record Mutation(KeyHash hash, byte[] key, byte @Nullable [] value, int bodyCrc) {
  long recordBytes() {
    return RecordFormat.bytes(key.length, value == null ? 0 : value.length);
  }
}
