// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The part of a table that LevelDB trusts without checking it: its footer, and the two blocks that
 * the footer points to.
 *
 * <pre>{@code
 * table   = *(block type:1 crc32c:4) footer
 * footer  = metaindex:handle index:handle padding magic:8     ; 48 bytes, at the end
 * handle  = offset:varint bytes:varint
 * }</pre>
 *
 * <p>A bad handle or index leads LevelDB to wrong places, to nowhere in silence, or to a death of
 * the process. Format: {@code doc/table_format} of LevelDB.
 */
final class TableFile {
  private static final int FOOTER_BYTES = 48;
  private static final int MAGIC_BYTES = 8;
  private static final long MAGIC = 0xDB4775248B80FB57L;
  private static final int TRAILER_BYTES = 5;

  private final DiskFile file;
  private final Path path;
  private final long size;

  private TableFile(DiskFile file, Path path, long size) {
    this.file = file;
    this.path = path;
    this.size = size;
  }

  /**
   * Checks that a table is there, and its footer and index.
   *
   * @param bytes its length according to the manifest; a crash may have left zeros behind that
   * @param inside whether to look into it, rather than at its length only
   * @throws CorruptionException if it is missing or damaged
   */
  static void check(Disk disk, Path path, long bytes, boolean inside) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      TableFile table = new TableFile(file, path, bytes);
      if (bytes < FOOTER_BYTES || file.size() < bytes) {
        throw table.corrupt(
            "the table has " + file.size() + " bytes instead of " + bytes, file.size());
      }
      if (inside) {
        table.checkInside();
      }
    } catch (NoSuchFileException e) {
      throw new CorruptionException(
          "a table of the database is missing; restore the store from a copy", path, e);
    }
  }

  private void checkInside() throws IOException {
    long footerAt = size - FOOTER_BYTES;
    byte[] footer = read(footerAt, FOOTER_BYTES);
    long magic =
        ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getLong(FOOTER_BYTES - MAGIC_BYTES);
    if (magic != MAGIC) {
      throw corrupt("the file does not end as a table does", footerAt);
    }
    EditParser handles = new EditParser(footer, path, footerAt);
    checkBlock(handles.varint(), handles.varint(), footerAt);
    checkBlock(handles.varint(), handles.varint(), footerAt);
  }

  private void checkBlock(long at, long bytes, long footerAt) throws IOException {
    boolean fits =
        at >= 0
            && bytes >= 0
            && bytes <= Integer.MAX_VALUE - TRAILER_BYTES
            && at <= footerAt - TRAILER_BYTES - bytes;
    if (!fits) {
      throw corrupt("the footer of the table points outside of it", footerAt);
    }
    byte[] block = read(at, (int) bytes + TRAILER_BYTES);
    CRC32C crc = new CRC32C();
    crc.update(block, 0, (int) bytes + 1);
    int stored = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt((int) bytes + 1);
    if ((int) crc.getValue() != LogFile.unmask(stored)) {
      throw corrupt("the checksum of the index of the table is wrong", at);
    }
  }

  private byte[] read(long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    if (file.read(at, bytes, 0, length) < length) {
      throw corrupt("the table ends too early", at);
    }
    return bytes;
  }

  private CorruptionException corrupt(String what, long at) {
    return new CorruptionException(what + "; restore the store from a copy", path, at, null);
  }
}
