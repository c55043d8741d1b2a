// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * The bytes of one bucket of a run: three entries of 20 bytes and a sealed CRC-32C, 64 bytes, which
 * is a line of a processor's cache.
 *
 * <pre>
 *  0  3 x { u64 order, u64 location, u32 routing }   ; a location of 0: no entry from here on
 * 60  u32 CRC-32C of bytes 0 to 59, xor the seal of the place
 * </pre>
 */
final class Bucket {
  static final int BYTES = 64;
  static final int ENTRIES = 3;

  private static final int ENTRY_BYTES = 20;
  private static final int CRC_AT = 60;

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

  static void seal(byte[] bytes, int bucket, Seal seal, long offset) {
    LittleEndian.putInt(bytes, bucket + CRC_AT, seal.of(bytes, bucket, CRC_AT, offset));
  }

  static boolean isIntact(byte[] bytes, int bucket, Seal seal, long offset) {
    return LittleEndian.getInt(bytes, bucket + CRC_AT) == seal.of(bytes, bucket, CRC_AT, offset);
  }
}
