// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.zip.CRC32C;

/**
 * What binds bytes to their place: a checksum is stored xor the seal of its store, epoch, file and
 * offset, so that bytes which are stale, of another store, or at the wrong place fail.
 */
final class Seal {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long salt;

  /**
   * Creates the seals of one file.
   *
   * @param storeId the low word of the store's id
   */
  Seal(long storeId, long epoch, int file) {
    salt = mix(mix(storeId + epoch * GOLDEN) + file);
  }

  /** Returns the seal of what is at an offset. */
  int at(long offset) {
    return (int) mix(salt + offset * GOLDEN);
  }

  /** Returns the CRC-32C of bytes at an offset, sealed. */
  int of(byte[] bytes, int from, int length, long offset) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue() ^ at(offset);
  }

  /** Mixes as the finalizer of SplitMix64 does. */
  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
