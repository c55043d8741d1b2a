// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A file of the journal that is written to: a header of 48 bytes, then entries, one after the
 * other. Its name tells the number of its first entry.
 *
 * <pre>
 *  0  8 bytes   "EKVJNL", CR, LF
 *  8  u32       version: 1
 * 12  u32       bits of features that a reader must know: 0
 * 16  16 bytes  id of the store
 * 32  u64       number of the first entry
 * 40  u32       0
 * 44  u32       CRC-32C of bytes 0 to 43
 * </pre>
 *
 * <p>Only one thread writes at a time; any may force.
 */
final class JournalFile {
  static final int HEADER_BYTES = 48;

  private static final String PREFIX = "JOURNAL-";
  private static final byte[] MAGIC = {'E', 'K', 'V', 'J', 'N', 'L', '\r', '\n'};
  private static final int VERSION = 1;
  private static final int SUM_AT = HEADER_BYTES - Integer.BYTES;

  private final Path path;
  private final DiskFile file;
  private final byte[] storeId;
  private long end = HEADER_BYTES;
  private volatile long durable = HEADER_BYTES;

  private JournalFile(Path path, DiskFile file, byte[] storeId) {
    this.path = path;
    this.file = file;
    this.storeId = storeId.clone();
  }

  /** Returns the name of the file that begins with an entry. */
  static String name(long first) {
    return PREFIX + first;
  }

  /** Returns the number of the first entry in the file of a name; empty: it is none of these. */
  static OptionalLong first(String name) {
    String number = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    return number.matches("[1-9][0-9]{0,17}")
        ? OptionalLong.of(Long.parseLong(number))
        : OptionalLong.empty();
  }

  static byte[] storeId(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /** Creates a file, durably with its name. */
  static JournalFile create(Disk disk, Path directory, byte[] storeId, long first)
      throws IOException {
    Path path = directory.resolve(name(first));
    DiskFile file = disk.create(path);
    try {
      byte[] header = header(storeId, first);
      file.write(0, header, 0, header.length);
      file.force();
      disk.syncDirectory(directory);
      return new JournalFile(path, file, storeId);
    } catch (IOException | RuntimeException | Error e) {
      DiskFiles.closeAfter(e, file);
      DiskFiles.closeAfter(e, () -> disk.delete(path));
      throw e;
    }
  }

  /** Returns the bytes that a file begins with. */
  static byte[] header(byte[] storeId, long first) {
    byte[] bytes = new byte[HEADER_BYTES];
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).putInt(0).put(storeId).putLong(first);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, SUM_AT);
    header.putInt(SUM_AT, (int) crc.getValue());
    return bytes;
  }

  Path path() {
    return path;
  }

  /** Returns where the last entry ends. */
  long end() {
    return end;
  }

  /**
   * Appends an entry.
   *
   * @throws IOException if it cannot be written; the next one goes to the same place
   */
  void append(JournalEntry entry, long number) throws IOException {
    byte[] bytes = entry.at(storeId, end, number, durable);
    file.write(end, bytes, 0, entry.length());
    end += entry.length();
  }

  /**
   * Makes everything up to an end durable that was written.
   *
   * @throws IOException if nobody knows whether it is
   */
  void force(long writtenEnd) throws IOException {
    file.force();
    durable = Math.max(durable, writtenEnd);
  }

  /** Cuts off what is behind the last entry, which is one that could not be written. */
  void cutToEnd() throws IOException {
    file.truncate(end);
  }

  /** Cuts off what could not be made durable, so that it does not come back. */
  void cutToDurable() throws IOException {
    file.truncate(durable);
    file.force(); // of the length alone: nothing is believed to be durable that was not before
  }

  void close() throws IOException {
    file.close();
  }
}
