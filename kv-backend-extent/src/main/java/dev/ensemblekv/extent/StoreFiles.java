// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The files of one store: where they are, how they begin, and whether they are mapped.
 *
 * <p>Segments and runs begin with 64 bytes:
 *
 * <pre>
 *  0  8 bytes  "EKVSEG\r\n" or "EKVRUN\r\n"
 *  8  u32      version of the format
 * 12  u32      bits of features that a reader must know; none so far
 * 16  16 bytes id of the store that wrote it
 * 32  u32      number of the file
 * 36  u32      what the kind of file adds
 * 40  u64      epoch of the log
 * 48  u64      what the kind of file adds
 * 56  u32      zero
 * 60  u32      CRC-32C of bytes 0 to 59
 * </pre>
 */
final class StoreFiles {
  static final int HEADER_BYTES = 64;
  static final int VERSION = 1;

  private static final Pattern NAMES =
      Pattern.compile("segment-[0-9]{6,}\\.kv|run-[0-9]{6,}\\.idx");
  private static final int NUMBER_DIGITS = 6;
  private static final int MAGIC_BYTES = 8;
  private static final int CRC_AT = HEADER_BYTES - 4;

  final Disk disk;
  final Path directory;
  final Mappings mappings;
  private final byte[] storeId;
  private final LongAdder writtenBytes = new LongAdder();
  private final LongAdder directReadBytes = new LongAdder();

  StoreFiles(Disk disk, Path directory, String storeId, Mappings mappings) {
    this(disk, directory, HexFormat.of().parseHex(storeId), mappings);
  }

  private StoreFiles(Disk disk, Path directory, byte[] storeId, Mappings mappings) {
    this.disk = disk;
    this.directory = directory;
    this.mappings = mappings;
    this.storeId = storeId;
  }

  /** Returns the files of the same store in another directory. */
  StoreFiles in(Path other) {
    return new StoreFiles(disk, other, storeId, mappings);
  }

  /** Counts bytes that were written to any of the files. */
  void wrote(long bytes) {
    writtenBytes.add(bytes);
  }

  /** Returns how many bytes were written since the store was opened. */
  long writtenBytes() {
    return writtenBytes.sum();
  }

  /** Counts bytes that were read past the cache of the system. */
  void readDirectly(long bytes) {
    directReadBytes.add(bytes);
  }

  /** Returns how many bytes were read past the cache of the system. */
  long directReadBytes() {
    return directReadBytes.sum();
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  /** Returns the name of a file: its number has six digits or more. */
  static String name(String prefix, int number, String suffix) {
    String digits = String.valueOf(number);
    return prefix + "0".repeat(Math.max(0, NUMBER_DIGITS - digits.length())) + digits + suffix;
  }

  /** Tells whether a name is one that only this engine gives. */
  static boolean isOurs(String name) {
    return NAMES.matcher(name).matches();
  }

  Seal seal(long epoch, int number) {
    return new Seal(LittleEndian.getLong(storeId, 0), epoch, number);
  }

  /** Creates a file, which replaces a left-over of the same name; its header is still to come. */
  DiskFile create(Path path) throws IOException {
    disk.delete(path);
    return disk.create(path);
  }

  /**
   * Opens a file that the manifest names.
   *
   * @throws CorruptionException if it is missing
   */
  DiskFile open(Path path, boolean writable) throws IOException {
    try {
      return writable ? disk.open(path) : disk.openReadOnly(path);
    } catch (NoSuchFileException e) {
      throw new CorruptionException(
          "a file of the store is missing; restore it from a copy", path, e);
    }
  }

  byte[] header(String magic, int number, long epoch, int extra, long longExtra) {
    byte[] header = new byte[HEADER_BYTES];
    byte[] begin = (magic + "\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(begin, 0, header, 0, MAGIC_BYTES);
    LittleEndian.putInt(header, 8, VERSION);
    System.arraycopy(storeId, 0, header, 16, storeId.length);
    LittleEndian.putInt(header, 32, number);
    LittleEndian.putInt(header, 36, extra);
    LittleEndian.putLong(header, 40, epoch);
    LittleEndian.putLong(header, 48, longExtra);
    LittleEndian.putInt(header, CRC_AT, crc(header));
    return header;
  }

  /**
   * Reads the header of a file and checks that it is the one that was asked for.
   *
   * @throws CorruptionException if it is not
   */
  byte[] readHeader(DiskFile file, Path path, String magic, int number, long epoch)
      throws IOException {
    byte[] found = new byte[HEADER_BYTES];
    if (file.read(0, found, 0, HEADER_BYTES) < HEADER_BYTES) {
      throw new CorruptionException("the file is cut: it has no header", path, 0, null);
    }
    byte[] wanted =
        header(
            magic, number, epoch, LittleEndian.getInt(found, 36), LittleEndian.getLong(found, 48));
    if (Arrays.equals(found, wanted)) {
      return found;
    }
    boolean intact =
        LittleEndian.getInt(found, CRC_AT) == crc(found)
            && Arrays.equals(found, 0, MAGIC_BYTES, wanted, 0, MAGIC_BYTES);
    if (intact && LittleEndian.getInt(found, 8) > VERSION) {
      throw new StoreMismatchException(
          "the file has format version "
              + LittleEndian.getInt(found, 8)
              + "; this release reads up to "
              + VERSION
              + ": use a newer release",
          path,
          null);
    }
    throw new CorruptionException(
        intact
            ? "the file belongs to another store, or to another time of this one"
            : "the header of the file is damaged",
        path,
        0,
        null);
  }

  /** Returns the header of a file, of whatever epoch; {@code null} if it is not intact. */
  byte @Nullable [] findHeader(DiskFile file, Path path, String magic, int number)
      throws IOException {
    byte[] found = new byte[HEADER_BYTES];
    if (file.read(0, found, 0, HEADER_BYTES) < HEADER_BYTES) {
      return null;
    }
    try {
      return readHeader(file, path, magic, number, epoch(found));
    } catch (CorruptionException e) {
      return null;
    }
  }

  static long epoch(byte[] header) {
    return LittleEndian.getLong(header, 40);
  }

  private static int crc(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CRC_AT);
    return (int) crc.getValue();
  }
}
