// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file in LevelDB's log format, which logs of writes and manifests share.
 *
 * <pre>{@code
 * file     = *block
 * block    = *fragment [0 to 6 zero bytes]      ; 32 KiB, the last one shorter
 * fragment = crc32c:4 length:2 type:1 *byte     ; little-endian; the checksum is of type and bytes, masked
 * type     = 1 whole record | 2 first | 3 middle | 4 last fragment of one
 * }</pre>
 *
 * <p>It is written through mappings of up to a megabyte, so that zeros follow its last record until
 * it is closed. Format: {@code doc/log_format} of LevelDB.
 */
final class LogFile {
  static final int BLOCK_BYTES = 32 << 10;
  static final int HEADER_BYTES = 7;

  static final int WHOLE = 1;
  static final int FIRST = 2;
  static final int MIDDLE = 3;
  static final int LAST = 4;

  private static final int CRC_MASK_DELTA = 0xA282EAD8;

  /**
   * What the records of a file end with.
   *
   * @param end where the last whole record ends; everything before is sound
   * @param bad where the first fragment that is not sound begins; the size of the file if there is
   *     none, and zeros at most follow the last record
   */
  record Scan(long end, long bad) {}

  private final DiskFile file;
  private final Path path;
  private final long size;
  private final byte[] block = new byte[BLOCK_BYTES];
  private long blockAt = -1;
  private int blockLength;

  LogFile(DiskFile file, Path path) throws IOException {
    this.file = file;
    this.path = path;
    this.size = file.size();
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /**
   * Reads all records up to the end, or to the first fragment that is not sound.
   *
   * @throws CorruptionException if sound fragments do not make up records, which no crash does
   */
  Scan scan(LogRecords records) throws IOException {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    long recordAt = -1; // where the record of which fragments have been read begins
    long end = 0;
    long at = 0;
    while (at < size) {
      int left = leftInBlock(at);
      if (left < HEADER_BYTES) {
        if (firstNonZero(at, Math.min(at + left, size)) < Math.min(at + left, size)) {
          return new Scan(end, at);
        }
        at += left;
        continue;
      }
      if (!isSound(at)) {
        boolean padding = firstNonZero(at, size) == size;
        return new Scan(end, padding ? size : at);
      }
      int type = type(at);
      int length = length(at);
      boolean begins = type == WHOLE || type == FIRST;
      if (begins != recordAt < 0) {
        throw new CorruptionException(
            "fragments of records do not fit together; restore the store from a copy",
            path,
            at,
            null);
      }
      recordAt = begins ? at : recordAt;
      load(at);
      record.write(block, (int) (at - blockAt) + HEADER_BYTES, length);
      at += HEADER_BYTES + length;
      if (type == WHOLE || type == LAST) {
        records.take(record.toByteArray(), path, recordAt);
        record.reset();
        recordAt = -1;
        end = at;
      }
    }
    return new Scan(end, size);
  }

  /** Tells whether there is a whole fragment whose checksum is right. */
  boolean isSound(long at) throws IOException {
    int type = type(at);
    return hasPlausibleHeader(at)
        && type >= WHOLE
        && type <= LAST
        && endOfFragment(at) <= size
        && unmask(storedCrc(at)) == crc(at, type, length(at));
  }

  /** Tells whether a header is there, of a fragment that fits into its block. */
  boolean hasPlausibleHeader(long at) throws IOException {
    int left = leftInBlock(at);
    return left >= HEADER_BYTES
        && at + HEADER_BYTES <= size
        && HEADER_BYTES + length(at) <= left
        && (type(at) | length(at)) != 0;
  }

  long endOfFragment(long at) throws IOException {
    return at + HEADER_BYTES + length(at);
  }

  static int leftInBlock(long at) {
    return BLOCK_BYTES - (int) (at % BLOCK_BYTES);
  }

  int storedCrc(long at) throws IOException {
    return ByteBuffer.wrap(bytes(at, 4)).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  int length(long at) throws IOException {
    byte[] length = bytes(at + 4, 2);
    return (length[0] & 0xFF) | ((length[1] & 0xFF) << 8);
  }

  int type(long at) throws IOException {
    return bytes(at + 6, 1)[0] & 0xFF;
  }

  /** Returns the checksum of a type and of the bytes of a fragment, which lie in one block. */
  int crc(long at, int type, int length) throws IOException {
    load(at);
    CRC32C crc = new CRC32C();
    crc.update(type);
    crc.update(block, (int) (at - blockAt) + HEADER_BYTES, length);
    return (int) crc.getValue();
  }

  /** LevelDB stores checksums rotated and added to, as what is checked may contain checksums. */
  static int unmask(int masked) {
    return Integer.rotateLeft(masked - CRC_MASK_DELTA, 15);
  }

  static int mask(int crc) {
    return Integer.rotateRight(crc, 15) + CRC_MASK_DELTA;
  }

  /** Returns bytes, those behind the end of the file as zeros. */
  byte[] bytes(long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = byteAt(at + i);
    }
    return bytes;
  }

  private byte byteAt(long at) throws IOException {
    load(at);
    int index = (int) (at - blockAt);
    return index < blockLength ? block[index] : 0;
  }

  private void load(long at) throws IOException {
    long wanted = at - at % BLOCK_BYTES;
    if (wanted != blockAt) {
      blockLength = file.read(wanted, block, 0, BLOCK_BYTES);
      blockAt = wanted;
    }
  }

  /** Reads from the file again what may have changed there. */
  void forget() {
    blockAt = -1;
  }

  /** Returns where the first byte in a range is that is not zero; its end if there is none. */
  long firstNonZero(long from, long to) throws IOException {
    long at = from;
    while (at < to && byteAt(at) == 0) {
      at++;
    }
    return at;
  }
}
