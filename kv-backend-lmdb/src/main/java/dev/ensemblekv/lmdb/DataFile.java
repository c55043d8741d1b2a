// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code data.mdb} as it must be before it is mapped. It begins with two meta pages, which
 * commits write in turn; the one with the greater transaction counts.
 *
 * <pre>{@code
 * meta  = page header (16 bytes) magic(32) version(32) address(64) map bytes(64)
 *         tree of free pages (48 bytes) main tree (48 bytes) last page(64) transaction(64)
 * tree  = page bytes(32) flags(16) depth(16) branches(64) leaves(64) overflow pages(64) entries(64) root(64)
 * }</pre>
 */
final class DataFile {
  private static final Logger LOG = LoggerFactory.getLogger(DataFile.class);

  static final String NAME = "data.mdb";
  static final String LOCK_NAME = "lock.mdb";

  private static final int META_BYTES = 152;
  private static final int META_FLAG = 0x08;
  private static final int MAGIC = 0xBEEFC0DE;
  private static final int VERSION = 1;
  private static final int FREE_TREE_AT = 24; // within a meta, as the next ones
  private static final int MAIN_TREE_AT = 72;
  private static final int ROOT_AT = 40; // within a tree
  private static final int LAST_PAGE_AT = 120;
  private static final int TRANSACTION_AT = 128;
  private static final long NO_PAGE = -1;
  private static final int MIN_PAGE_BYTES = 256;
  private static final int MAX_PAGE_BYTES = 64 << 10;

  private final Path path;
  private final DiskFile file;
  private final int pageBytes;
  private final ByteBuffer meta;

  private DataFile(Path path, DiskFile file) throws IOException {
    this.path = path;
    this.file = file;
    ByteBuffer first = readMeta(0);
    this.pageBytes = first.getInt(FREE_TREE_AT);
    if (pageBytes < MIN_PAGE_BYTES
        || pageBytes > MAX_PAGE_BYTES
        || Integer.bitCount(pageBytes) != 1) {
      throw damaged("its pages have " + pageBytes + " bytes", 0);
    }
    ByteBuffer second = readMeta(pageBytes);
    this.meta = second.getLong(TRANSACTION_AT) > first.getLong(TRANSACTION_AT) ? second : first;
  }

  /** Tells whether a file is one of LMDB, also of another machine or version. */
  static boolean isLmdb(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      ByteBuffer start = read(file, 0);
      int magic = start.getInt(PageReader.HEADER_BYTES);
      return magic == MAGIC || magic == Integer.reverseBytes(MAGIC);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Checks a file that is to be opened.
   *
   * @return its length
   * @throws CorruptionException if LMDB could not read it, or not without touching bytes that are
   *     not there
   * @throws StoreMismatchException if it was made by another version of LMDB, or another machine
   */
  static long check(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      DataFile data = new DataFile(path, file);
      long length = file.size();
      data.checkLength(length);
      return length;
    } catch (NoSuchFileException e) {
      throw new CorruptionException("the data file is missing; restore it from a copy", path, e);
    }
  }

  /** Returns the names of databases that the first entries of the main tree stand for. */
  static List<String> namedDatabases(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      DataFile data = new DataFile(path, file);
      List<String> names = new ArrayList<>();
      long root = data.meta.getLong(MAIN_TREE_AT + ROOT_AT);
      if (root != NO_PAGE) {
        new PageReader(file, path, data.pageBytes)
            .forEachOfFirstLeaf(
                root,
                entry -> {
                  if ((entry.flags() & PageReader.NAMED_DATABASE) != 0) {
                    names.add(new String(entry.key(), StandardCharsets.UTF_8));
                  }
                });
      }
      return names;
    }
  }

  /** Returns the two meta pages as they are, and the number of bytes that the newer one uses. */
  static Metas metas(DiskFile file, Path path) throws IOException {
    DataFile data = new DataFile(path, file);
    byte[] bytes = new byte[2 * data.pageBytes];
    file.read(0, bytes, 0, bytes.length);
    return new Metas(bytes, (data.meta.getLong(LAST_PAGE_AT) + 1) * data.pageBytes);
  }

  /**
   * The two meta pages.
   *
   * @param bytes of both
   * @param usedBytes what of the file the newer one uses
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Metas(byte[] bytes, long usedBytes) {}

  /**
   * Pages at the end need not be there if they are free: what a transaction took and gave back was
   * never written.
   */
  private void checkLength(long length) throws IOException {
    long lastPage = meta.getLong(LAST_PAGE_AT);
    long wholePages = length / pageBytes;
    if (lastPage < 1 || lastPage >= Long.MAX_VALUE / pageBytes) {
      throw damaged("its last page is said to be " + lastPage, length);
    }
    long missing = lastPage + 1 - wholePages;
    if (missing > 0 && (missing > Integer.MAX_VALUE || !areFree(wholePages, (int) missing))) {
      throw damaged(
          "it has " + length + " bytes and should have " + (lastPage + 1) * pageBytes, length);
    }
  }

  private boolean areFree(long firstPage, int count) throws IOException {
    BitSet free = new BitSet();
    long root = meta.getLong(FREE_TREE_AT + ROOT_AT);
    if (root == NO_PAGE) {
      return false;
    }
    try {
      new PageReader(file, path, pageBytes)
          .forEach(root, entry -> addNumbers(entry.data(), firstPage, count, free));
    } catch (CorruptionException e) {
      LOG.debug("the tree of free pages is cut too", e);
      return false;
    }
    return free.cardinality() == count;
  }

  private static void addNumbers(ByteBuffer pages, long firstPage, int count, BitSet numbers) {
    for (int at = Long.BYTES;
        at + Long.BYTES <= pages.limit();
        at += Long.BYTES) { // behind a count
      long page = pages.getLong(at) - firstPage;
      if (page >= 0 && page < count) {
        numbers.set((int) page);
      }
    }
  }

  private ByteBuffer readMeta(long position) throws IOException {
    ByteBuffer bytes = read(file, position);
    int magic = bytes.getInt(PageReader.HEADER_BYTES);
    int version = bytes.getInt(PageReader.HEADER_BYTES + 4);
    if (magic == Integer.reverseBytes(MAGIC)) {
      throw mismatch("it was made on a machine of the other byte order");
    }
    if (magic != MAGIC || (bytes.getShort(10) & META_FLAG) == 0) {
      throw damaged("there is no meta page of LMDB in its " + file.size() + " bytes", position);
    }
    if (version != VERSION) {
      throw mismatch("it has version " + version + " of LMDB's format, not " + VERSION);
    }
    return bytes
        .slice(PageReader.HEADER_BYTES, META_BYTES - PageReader.HEADER_BYTES)
        .order(ByteOrder.nativeOrder());
  }

  /** Reads a meta page; where the file ends, zeros. */
  private static ByteBuffer read(DiskFile file, long position) throws IOException {
    byte[] bytes = new byte[META_BYTES];
    file.read(position, bytes, 0, bytes.length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  private StoreMismatchException mismatch(String what) {
    return new StoreMismatchException(
        "the data file cannot be read here: " + what + "; copy its data with the tools of LMDB",
        path,
        null);
  }

  private CorruptionException damaged(String what, long offset) {
    return new CorruptionException(
        "the data file is damaged: " + what + "; restore it from a copy", path, offset, null);
  }
}
