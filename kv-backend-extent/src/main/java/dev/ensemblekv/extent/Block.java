// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * 64 bytes of a run, a line of a processor's cache: 60 bytes, and their sealed CRC-32C. So little
 * has to be read for what is needed of it, and can be believed.
 */
final class Block {
  static final int BYTES = 64;

  /** The bytes before the checksum. */
  static final int BODY_BYTES = 60;

  private Block() {}

  static void seal(byte[] bytes, int block, Seal seal, long offset) {
    LittleEndian.putInt(bytes, block + BODY_BYTES, seal.of(bytes, block, BODY_BYTES, offset));
  }

  static boolean isIntact(byte[] bytes, int block, Seal seal, long offset) {
    return LittleEndian.getInt(bytes, block + BODY_BYTES)
        == seal.of(bytes, block, BODY_BYTES, offset);
  }
}
