// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A run: an immutable file of index entries in the order of their hashes, in buckets.
 *
 * <p>An entry stands in the bucket to which its hash is proportional, or, where that is full, in
 * one of the next. So a look-up begins where the key should be, and ends at a free slot or a
 * greater hash: mostly in the first bucket. Thread-safe.
 */
final class Run {
  static final String MAGIC = "EKVRUN";

  /** So much an entry takes, with the free places between. */
  static final int BYTES_PER_ENTRY = 28;

  private static final int CHECKED_AT_ONCE = 1024;

  private final int id;
  private final long epoch;
  private final long entries;
  private final Path path;
  private final Seal seal;
  private final DiskFile file;
  private volatile StoredBytes filter;
  private volatile StoredBytes bytes;
  private final int filterBlocks;
  private final long bucketsAt;
  private final long places;
  private final long buckets;

  private Run(
      StoreFiles files,
      int id,
      long epoch,
      long entries,
      DiskFile file,
      StoredBytes filter,
      StoredBytes bytes,
      int filterBlocks,
      long places,
      long buckets) {
    this.id = id;
    this.epoch = epoch;
    this.entries = entries;
    this.path = files.path(name(id));
    this.seal = files.seal(epoch, id);
    this.file = file;
    this.filter = filter;
    this.bytes = bytes;
    this.filterBlocks = filterBlocks;
    this.bucketsAt = bucketsAt(filterBlocks);
    this.places = places;
    this.buckets = buckets;
  }

  /** Returns where the buckets begin, behind so many blocks of the filter. */
  static long bucketsAt(int filterBlocks) {
    return StoreFiles.HEADER_BYTES + (long) filterBlocks * Block.BYTES;
  }

  static String name(int id) {
    return StoreFiles.name("run-", id, ".idx");
  }

  /**
   * Opens a run.
   *
   * @param entries how many it has, by the manifest
   */
  static Run open(StoreFiles files, int id, long epoch, long entries) throws IOException {
    Path path = files.path(name(id));
    DiskFile file = files.open(path, false);
    try {
      byte[] header = files.readHeader(file, path, MAGIC, id, epoch);
      long places = LittleEndian.getLong(header, 48);
      int blocks = LittleEndian.getInt(header, 36);
      long size = file.size();
      long buckets = (size - bucketsAt(blocks)) / Block.BYTES;
      boolean whole =
          places > 0
              && blocks >= 0
              && places <= buckets
              && size == bucketsAt(blocks) + buckets * Block.BYTES
              && entries >= 0
              && entries <= buckets * Bucket.ENTRIES;
      if (!whole) {
        throw new CorruptionException(
            "the run has " + size + " bytes, which does not fit its header", path, null);
      }
      StoredBytes bytes = StoredBytes.of(file, size, files.mappings.ofSealed(), false);
      StoredBytes filter = bytes.isMapped() ? bytes : filterOf(file, blocks);
      return new Run(files, id, epoch, entries, file, filter, bytes, blocks, places, buckets);
    } catch (IOException | RuntimeException | Error e) {
      try {
        file.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  int id() {
    return id;
  }

  long epoch() {
    return epoch;
  }

  long entries() {
    return entries;
  }

  Path path() {
    return path;
  }

  long filterBytes() {
    return (long) filterBlocks * Block.BYTES;
  }

  boolean isFilterMapped() {
    return filter.isMapped();
  }

  /** Returns how many bytes are mapped into memory, those of the filter included. */
  long mappedBytes() {
    StoredBytes all = bytes;
    return all.isMapped() ? all.mappedBytes() : filter.mappedBytes();
  }

  /** Returns the bytes of the file. */
  long bytes() {
    return bucketsAt + buckets * Block.BYTES;
  }

  /**
   * Returns whether a key may be in the run.
   *
   * @param block room for one block
   */
  private boolean mayContain(long order, int routing, byte[] block) throws IOException {
    if (filterBlocks == 0) {
      return true;
    }
    long offset = filterOffset(RunFilter.block(order, filterBlocks));
    readUnchecked(filter, offset, 1, block);
    boolean may = RunFilter.mayContain(block, 0, order, routing);
    if (!may) {
      check(block, 1, offset); // where it may be, the buckets tell
    }
    return may;
  }

  private static long filterOffset(long block) {
    return StoreFiles.HEADER_BYTES + block * Block.BYTES;
  }

  /**
   * Returns the location of a key, or {@link Location#NONE}.
   *
   * @param block room for one block
   */
  long find(long order, int routing, byte[] block) throws IOException {
    if (!mayContain(order, routing, block)) {
      return Location.NONE;
    }
    for (long at = KeyHash.place(order, places); at < buckets; at++) {
      read(at, 1, block);
      for (int i = 0; i < Bucket.ENTRIES; i++) {
        long location = Bucket.location(block, 0, i);
        if (location == Location.NONE) {
          return Location.NONE;
        }
        long found = Bucket.order(block, 0, i);
        if (found == order && Bucket.routing(block, 0, i) == routing) {
          return location;
        }
        if (Long.compareUnsigned(found, order) > 0) {
          return Location.NONE;
        }
      }
    }
    return Location.NONE;
  }

  /** Returns the entries of a part of the hashes, in order. */
  Entries entries(HashRange range) throws IOException {
    Entries found = new Entries();
    Cursor cursor = cursor(range);
    while (cursor.next()) {
      found.add(cursor.order(), cursor.routing(), cursor.location());
    }
    return found;
  }

  Cursor cursor(HashRange range) {
    return new Cursor(range);
  }

  /** Reads buckets and checks them. */
  private void read(long first, int count, byte[] target) throws IOException {
    long offset = bucketsAt + first * Block.BYTES;
    readUnchecked(bytes, offset, count, target);
    check(target, count, offset);
  }

  private void readUnchecked(StoredBytes source, long offset, int count, byte[] target)
      throws IOException {
    try {
      source.read(offset, target, 0, count * Block.BYTES);
    } catch (EOFException e) {
      throw new CorruptionException("the run is cut", path, offset, e);
    }
  }

  private void check(byte[] blocks, int count, long offset) {
    for (int i = 0; i < count; i++) {
      long at = offset + (long) i * Block.BYTES;
      if (!Block.isIntact(blocks, i * Block.BYTES, seal, at)) {
        throw new CorruptionException(
            at < bucketsAt
                ? "the checksum of a block of the filter of a run does not match"
                : "the checksum of a bucket of the index does not match",
            path,
            at,
            null);
      }
    }
  }

  /** Tells of each block that is damaged, by its offset; returns when all are read. */
  void check(LongConsumer damaged) throws IOException {
    checkFilter(damaged);
    check(bytes, bucketsAt, buckets, damaged);
  }

  /** Tells of each damaged block that no walk over the entries comes by. */
  void checkFilter(LongConsumer damaged) throws IOException {
    check(filter, StoreFiles.HEADER_BYTES, filterBlocks, damaged);
  }

  private void check(StoredBytes source, long offset, long blocks, LongConsumer damaged)
      throws IOException {
    byte[] part = new byte[CHECKED_AT_ONCE * Block.BYTES];
    for (long first = 0; first < blocks; first += CHECKED_AT_ONCE) {
      int count = (int) Math.min(CHECKED_AT_ONCE, blocks - first);
      readUnchecked(source, offset + first * Block.BYTES, count, part);
      for (int i = 0; i < count; i++) {
        long at = offset + (first + i) * Block.BYTES;
        if (!Block.isIntact(part, i * Block.BYTES, seal, at)) {
          damaged.accept(at);
        }
      }
    }
  }

  /** A walk over a part of the entries, in order. For one thread. */
  final class Cursor {
    private static final int BUFFERED = 256;

    private final HashRange range;
    private final byte[] buffer;
    private final long stop;
    private long nextBucket;
    private int buffered;
    private int position = -1;
    private boolean ended;

    private Cursor(HashRange range) {
      this.range = range;
      this.nextBucket = KeyHash.place(range.from(), places);
      this.stop = KeyHash.place(range.last(), places);
      this.buffer = new byte[(int) Math.min(BUFFERED, buckets - nextBucket) * Block.BYTES];
    }

    boolean next() throws IOException {
      while (!ended) {
        position++;
        if (position >= buffered * Bucket.ENTRIES && !fill()) {
          break;
        }
        if (location() == Location.NONE) {
          skipFreeSlots();
        } else if (Long.compareUnsigned(order(), range.last()) > 0) {
          ended = true;
        } else if (Long.compareUnsigned(order(), range.from()) >= 0) {
          return true;
        }
      }
      return false;
    }

    /**
     * The rest of the bucket is free; behind the last place of the range, so is all that counts.
     */
    private void skipFreeSlots() {
      int bucket = position / Bucket.ENTRIES;
      ended = nextBucket - buffered + bucket > stop;
      position = (bucket + 1) * Bucket.ENTRIES - 1;
    }

    private boolean fill() throws IOException {
      int count = (int) Math.min(BUFFERED, buckets - nextBucket);
      if (count > 0) {
        read(nextBucket, count, buffer);
      }
      ended = count <= 0;
      nextBucket += count;
      buffered = count;
      position = 0;
      return count > 0;
    }

    private int bucketAt() {
      return position / Bucket.ENTRIES * Block.BYTES;
    }

    long order() {
      return Bucket.order(buffer, bucketAt(), position % Bucket.ENTRIES);
    }

    int routing() {
      return Bucket.routing(buffer, bucketAt(), position % Bucket.ENTRIES);
    }

    long location() {
      return Bucket.location(buffer, bucketAt(), position % Bucket.ENTRIES);
    }
  }

  /**
   * Goes on by calls, but for the filter, if all is mapped; returns the mapping, to be closed when
   * nobody is reading by it. Is called by one thread at a time.
   */
  @Nullable StoredBytes unmap() {
    StoredBytes former = bytes;
    if (!former.isMapped()) {
      return null;
    }
    filter = filterOf(file, filterBlocks);
    bytes = StoredBytes.byCalls(file);
    return former;
  }

  /** The filter is small, and needed for each look-up: it is mapped if that can be. */
  private static StoredBytes filterOf(DiskFile file, int blocks) {
    return StoredBytes.of(file, bucketsAt(blocks), blocks > 0, false);
  }

  /** Releases mapping and file. */
  void close() throws IOException {
    if (filter != bytes) {
      filter.close();
    }
    bytes.close();
    file.close();
  }
}
