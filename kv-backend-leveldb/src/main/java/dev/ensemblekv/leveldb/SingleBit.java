// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import java.io.IOException;

/**
 * The question whether a fragment of a {@link LogFile} would be sound but for one bit.
 *
 * <p>CRCs are linear: the checksums of two texts of one length differ by a value that depends only
 * on where the texts differ. So all bits are tried in one pass over their places, without computing
 * a checksum for each.
 */
final class SingleBit {
  /** CRC-32C, reflected. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private static final int[] TABLE = table();

  private SingleBit() {}

  static boolean explains(LogFile log, long at) throws IOException {
    int type = log.type(at);
    int length = log.length(at);
    int stored = log.storedCrc(at);
    int fitting = (int) Math.min(LogFile.leftInBlock(at), log.size() - at) - LogFile.HEADER_BYTES;
    for (int bit = 0; bit < Short.SIZE; bit++) {
      int other = length ^ (1 << bit);
      if (other <= fitting && log.crc(at, type, other) == LogFile.unmask(stored)) {
        return true;
      }
    }
    return length <= fitting && ofChecksum(stored, log.crc(at, type, length), length);
  }

  private static boolean ofChecksum(int stored, int actual, int length) {
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if (LogFile.unmask(stored ^ (1 << bit)) == actual) {
        return true;
      }
    }
    return ofChecked(LogFile.unmask(stored) ^ actual, length);
  }

  /** One bit of the type or of the bytes, from the last one to the first. */
  private static boolean ofChecked(int difference, int length) {
    int[] effect = new int[Byte.SIZE];
    for (int bit = 0; bit < Byte.SIZE; bit++) {
      effect[bit] = TABLE[1 << bit];
    }
    for (int place = 0; place <= length; place++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        if (effect[bit] == difference) {
          return true;
        }
        effect[bit] = TABLE[effect[bit] & 0xFF] ^ (effect[bit] >>> Byte.SIZE);
      }
    }
    return false;
  }

  private static int[] table() {
    int[] table = new int[1 << Byte.SIZE];
    for (int i = 0; i < table.length; i++) {
      int crc = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
      }
      table[i] = crc;
    }
    return table;
  }
}
