// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.CorruptionException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.lmdbjava.Txn;

/**
 * How values are stored: as they are, or behind the checksum of their key and themselves.
 *
 * <pre>{@code
 * value    = bytes | checksum bytes
 * checksum = CRC-32C(32, big-endian) of: key length(16, big-endian) key bytes
 * }</pre>
 */
final class Values {
  private static final int SUM_BYTES = Integer.BYTES;
  private static final int MAX_SHOWN_KEY_BYTES = 64;

  private final Database database;
  private final Failures failures;
  private final boolean checksummed;

  Values(Database database, Failures failures, boolean checksummed) {
    this.database = database;
    this.failures = failures;
    this.checksummed = checksummed;
  }

  /** Tells whether values have checksums. */
  boolean checksummed() {
    return checksummed;
  }

  /** Stores a value. */
  void put(Txn<Slice> txn, Slice keySlice, byte[] key, byte[] value) {
    int head = checksummed ? SUM_BYTES : 0;
    Slice room = database.dbi().reserve(txn, keySlice.set(key), head + value.length);
    if (checksummed) {
      room.write(0, bytes(sum(key, value, 0)));
    }
    room.write(head, value);
  }

  /**
   * Returns a copy of the value that is stored.
   *
   * @throws CorruptionException if it does not match its checksum
   */
  byte[] get(byte[] key, Slice stored) {
    byte[] bytes = stored.copy(0); // first: what is read must not change or vanish while summed up
    if (!checksummed) {
      return bytes;
    }
    if (bytes.length < SUM_BYTES
        || !Arrays.equals(bytes, 0, SUM_BYTES, bytes(sum(key, bytes, SUM_BYTES)), 0, SUM_BYTES)) {
      throw new CorruptionException(
          "the value of the key 0x"
              + HexFormat.of().formatHex(key, 0, Math.min(key.length, MAX_SHOWN_KEY_BYTES))
              + (key.length > MAX_SHOWN_KEY_BYTES ? "..." : "")
              + " does not match its checksum; restore it from a copy, or put or delete the key",
          failures.file(),
          null);
    }
    return Arrays.copyOfRange(bytes, SUM_BYTES, bytes.length);
  }

  private static int sum(byte[] key, byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(key.length >>> Byte.SIZE);
    crc.update(key.length);
    crc.update(key, 0, key.length);
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }

  private static byte[] bytes(int sum) {
    return new byte[] {(byte) (sum >>> 24), (byte) (sum >>> 16), (byte) (sum >>> 8), (byte) sum};
  }
}
