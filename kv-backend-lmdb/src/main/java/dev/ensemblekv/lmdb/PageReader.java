// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Reads the pages of a data file by ordinary reads, before LMDB maps it: where the file is shorter
 * than LMDB believes, touching its map would kill the process.
 *
 * <pre>{@code
 * page  = header (16 bytes) *offset(16) ... *node
 * header = number(64) pad(16) flags(16) ( lower(16) upper(16) | overflow pages(32) )
 * node  = low(16) high(16) flags(16) key length(16) key data     ; at the offset, from the page's start
 * }</pre>
 *
 * <p>All in the byte order of the machine. In a branch the node's first three fields are the number
 * of the page below; in a leaf the first two are the length of the data, which is a page number of
 * overflow pages if the node is big.
 */
final class PageReader {
  static final int HEADER_BYTES = 16;
  private static final int NODE_HEADER_BYTES = 8;
  private static final int MAX_DEPTH = 32;
  private static final int BRANCH = 0x01;
  private static final int LEAF = 0x02;
  private static final int BIG = 0x01;

  /** The flag of a node whose data describe a database of its own. */
  static final int NAMED_DATABASE = 0x02;

  /**
   * An entry of a leaf.
   *
   * @param key the key
   * @param flags the node's flags
   * @param data the data; empty for those in overflow pages that were not asked for
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(byte[] key, int flags, ByteBuffer data) {}

  private final DiskFile file;
  private final Path path;
  private final int pageBytes;

  PageReader(DiskFile file, Path path, int pageBytes) {
    this.file = file;
    this.path = path;
    this.pageBytes = pageBytes;
  }

  /** Goes through all entries of a tree. */
  void forEach(long root, Consumer<Entry> action) throws IOException {
    walk(root, MAX_DEPTH, Integer.MAX_VALUE, action);
  }

  /** Goes through the entries of the first leaf of a tree. */
  void forEachOfFirstLeaf(long root, Consumer<Entry> action) throws IOException {
    walk(root, MAX_DEPTH, 1, action);
  }

  private void walk(long number, int depth, int children, Consumer<Entry> action)
      throws IOException {
    if (depth == 0) {
      throw damaged("its tree has no end", number);
    }
    ByteBuffer page = read(number, pageBytes);
    int flags = page.getShort(10);
    int count = (Short.toUnsignedInt(page.getShort(12)) - HEADER_BYTES) / 2;
    if ((flags & (BRANCH | LEAF)) == 0 || HEADER_BYTES + 2 * count > pageBytes || count < 0) {
      throw damaged("there is no page of a tree", number);
    }
    for (int i = 0; i < count && (i < children || (flags & LEAF) != 0); i++) {
      int node = Short.toUnsignedInt(page.getShort(HEADER_BYTES + 2 * i));
      if (node + NODE_HEADER_BYTES > pageBytes) {
        throw damaged("a node is not where it should be", number);
      }
      long low = Short.toUnsignedLong(page.getShort(node));
      long high = Short.toUnsignedLong(page.getShort(node + 2));
      int third = Short.toUnsignedInt(page.getShort(node + 4));
      if ((flags & BRANCH) != 0) {
        walk(low | high << 16 | (long) third << 32, depth - 1, children, action);
      } else {
        action.accept(entry(page, number, node, (int) (low | high << 16), third));
      }
    }
  }

  private Entry entry(ByteBuffer page, long number, int node, int dataBytes, int flags)
      throws IOException {
    int keyBytes = Short.toUnsignedInt(page.getShort(node + 6));
    int dataAt = node + NODE_HEADER_BYTES + keyBytes;
    int inPage = (flags & BIG) != 0 ? Long.BYTES : dataBytes;
    if (dataBytes < 0 || dataAt + inPage > pageBytes || dataAt + inPage < 0) {
      throw damaged("a node is longer than its page", number);
    }
    byte[] key = new byte[keyBytes];
    page.get(node + NODE_HEADER_BYTES, key);
    ByteBuffer data =
        (flags & BIG) == 0
            ? page.slice(dataAt, dataBytes).order(ByteOrder.nativeOrder())
            : read(page.getLong(dataAt), HEADER_BYTES + dataBytes)
                .slice(HEADER_BYTES, dataBytes)
                .order(ByteOrder.nativeOrder());
    return new Entry(key, flags, data);
  }

  private ByteBuffer read(long number, int length) throws IOException {
    long position = number * pageBytes;
    if (number < 0 || position < 0 || position + length > file.size()) {
      throw damaged("page " + number + " is missing", number);
    }
    byte[] bytes = new byte[length];
    if (file.read(position, bytes, 0, length) < length) {
      throw damaged("page " + number + " is missing", number);
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  private CorruptionException damaged(String what, long page) {
    return new CorruptionException(
        "the data file is damaged: " + what + "; restore it from a copy",
        path,
        page * pageBytes,
        null);
  }
}
