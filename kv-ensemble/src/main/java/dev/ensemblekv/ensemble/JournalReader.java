// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of the journal, and tells a torn end from damage.
 *
 * <p>The end of the newest file may be torn: what was being written at a crash. No part of it was
 * written to any substore, as that comes after the force. So what a substore has, and what an entry
 * behind the place says was durable, must be there.
 */
final class JournalReader {
  private static final int PART_BYTES = 64 << 10;

  private final DiskFile file;
  private final Path path;
  private final byte[] storeId;
  private final long size;
  private long end = JournalFile.HEADER_BYTES;
  private long next;

  /** Who takes the entries. */
  @FunctionalInterface
  interface Sink {
    /** Takes an entry that is intact. */
    void entry(long number, KvBatch batch);
  }

  /**
   * Prepares reading a file.
   *
   * @param first the number of its first entry, by its name
   */
  JournalReader(DiskFile file, Path path, byte[] storeId, long first) throws IOException {
    this(file, path, storeId, first, file.size());
  }

  /**
   * Prepares reading a file that is written to.
   *
   * @param size so much of it is read
   */
  JournalReader(DiskFile file, Path path, byte[] storeId, long first, long size) {
    this.file = file;
    this.path = path;
    this.storeId = storeId.clone();
    this.size = size;
    this.next = first;
  }

  /**
   * Reads all entries.
   *
   * @param isNewest whether its end may be torn
   * @param known the greatest number that a substore has
   * @return the number of the next entry
   * @throws CorruptionException if something is damaged that was durable
   */
  long read(boolean isNewest, long known, Sink sink) throws IOException {
    if (!isHeaderIntact()) {
      end = 0;
      if (!isNewest || next <= known || isDurableBehind()) {
        throw damaged("the file does not begin as a journal of this store does", 0);
      }
      return next; // it was being created
    }
    JournalEntry.Header header = header();
    byte[] body = header == null ? null : body(header);
    while (header != null && body != null) {
      sink.entry(next, batch(body));
      end += header.entryBytes();
      next++;
      header = header();
      body = header == null ? null : body(header);
    }
    if ((!isNewest && end < size) || next <= known || isDurableBehind()) {
      throw damaged("entry " + next + " is damaged, which was durable", end);
    }
    return next;
  }

  /** Returns how many bytes at the end are of no entry; to be called when all is read. */
  long tornBytes() {
    return size - end;
  }

  private boolean isHeaderIntact() throws IOException {
    byte[] expected = JournalFile.header(storeId, next);
    byte[] found = new byte[expected.length];
    return file.read(0, found, 0, found.length) == found.length && Arrays.equals(found, expected);
  }

  private JournalEntry.@Nullable Header header() throws IOException {
    byte[] bytes = new byte[JournalEntry.HEADER_BYTES];
    if (end + bytes.length > size || file.read(end, bytes, 0, bytes.length) < bytes.length) {
      return null;
    }
    JournalEntry.Header header = JournalEntry.header(storeId, end, bytes, 0);
    boolean fits = header != null && header.number() == next && isWithin(header);
    return fits ? header : null;
  }

  private boolean isWithin(JournalEntry.Header header) {
    return header.bodyBytes() <= size - end - JournalEntry.HEADER_BYTES
        && header.bodyBytes() <= Integer.MAX_VALUE - JournalEntry.HEADER_BYTES;
  }

  private byte @Nullable [] body(JournalEntry.Header header) throws IOException {
    byte[] body = new byte[(int) header.bodyBytes()];
    file.read(end + JournalEntry.HEADER_BYTES, body, 0, body.length);
    CRC32C crc = new CRC32C();
    crc.update(body, 0, body.length);
    return (int) crc.getValue() == header.bodyCrc() ? body : null;
  }

  private KvBatch batch(byte[] body) {
    try {
      return JournalEntry.batch(body);
    } catch (IllegalArgumentException e) {
      throw new CorruptionException(
          "entry " + next + " of the journal does not make sense", path, end, e);
    }
  }

  /** Looks for an entry behind the end that says that more was durable. */
  private boolean isDurableBehind() throws IOException {
    byte[] part = new byte[PART_BYTES];
    int step = PART_BYTES - JournalEntry.HEADER_BYTES;
    for (long at = end; at + JournalEntry.HEADER_BYTES <= size; at += step) {
      int count = file.read(at, part, 0, (int) Math.min(part.length, size - at));
      for (int i = 0; i + JournalEntry.HEADER_BYTES <= count; i += JournalEntry.ALIGNMENT) {
        JournalEntry.Header header = JournalEntry.header(storeId, at + i, part, i);
        if (header != null && header.durable() > end) {
          return true;
        }
      }
    }
    return false;
  }

  private CorruptionException damaged(String what, long offset) {
    return new CorruptionException(
        "the journal is damaged: "
            + what
            + "; restore the store from a copy, or save what is left"
            + " by 'kv repair'",
        path,
        offset,
        null);
  }
}
