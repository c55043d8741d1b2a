// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One put or delete, with what can be computed before its turn comes.
 *
 * @param value {@code null}: the key is deleted
 * @param bodyCrc the checksum of key and value
 */
@SuppressWarnings("ArrayRecordComponent") // whoever makes it does not change the arrays
record Mutation(KeyHash hash, byte[] key, byte @Nullable [] value, int bodyCrc) {
  private static final byte[] NOTHING = {};

  static Mutation of(KeyHash hash, byte[] key, byte @Nullable [] value) {
    return new Mutation(
        hash, key, value, RecordFormat.bodyCrc(key, value == null ? NOTHING : value));
  }

  /** Returns how many bytes its record takes. */
  long recordBytes() {
    return RecordFormat.bytes(key.length, value == null ? 0 : value.length);
  }

  /** Returns how many bytes a batch takes, its end included. */
  static long recordBytes(List<Mutation> batch) {
    long bytes = RecordFormat.COMMIT_BYTES;
    for (Mutation mutation : batch) {
      bytes += mutation.recordBytes();
    }
    return bytes;
  }

  /** Returns the checksum of all checksums of a batch, in their order. */
  static int crcOfCrcs(List<Mutation> batch) {
    CRC32C crcs = new CRC32C();
    byte[] word = new byte[4];
    for (Mutation mutation : batch) {
      LittleEndian.putInt(word, 0, mutation.bodyCrc());
      crcs.update(word, 0, word.length);
    }
    return (int) crcs.getValue();
  }
}
