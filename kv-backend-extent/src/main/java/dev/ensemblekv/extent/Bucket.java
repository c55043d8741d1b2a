// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * A bucket of a run: a {@link Block} of three entries of 20 bytes.
 *
 * <pre>
 *  0  3 x { u64 order, u64 location, u32 routing }   ; a location of 0: no entry from here on
 * </pre>
 */
final class Bucket {
  static final int BYTES = Block.BYTES;
  static final int ENTRIES = 3;

  private static final int ENTRY_BYTES = 20;

  private Bucket() {}

  static void put(byte[] bytes, int bucket, int entry, long order, int routing, long location) {
    int at = bucket + entry * ENTRY_BYTES;
    LittleEndian.putLong(bytes, at, order);
    LittleEndian.putLong(bytes, at + 8, location);
    LittleEndian.putInt(bytes, at + 16, routing);
  }

  static long order(byte[] bytes, int bucket, int entry) {
    return LittleEndian.getLong(bytes, bucket + entry * ENTRY_BYTES);
  }

  static long location(byte[] bytes, int bucket, int entry) {
    return LittleEndian.getLong(bytes, bucket + entry * ENTRY_BYTES + 8);
  }

  static int routing(byte[] bytes, int bucket, int entry) {
    return LittleEndian.getInt(bytes, bucket + entry * ENTRY_BYTES + 16);
  }
}
