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

  private final int id;
  private final long epoch;
  private final long entries;
  private final Path path;
  private final Seal seal;
  private final DiskFile file;
  private final StoredBytes bytes;
  private final long places;
  private final long buckets;
  private final int filterBytes;
  private volatile @Nullable RunFilter filter; // read when it is first needed

  private Run(
      StoreFiles files,
      int id,
      long epoch,
      long entries,
      DiskFile file,
      StoredBytes bytes,
      long places,
      long buckets,
      int filterBytes) {
    this.id = id;
    this.epoch = epoch;
    this.entries = entries;
    this.path = files.path(name(id));
    this.seal = files.seal(epoch, id);
    this.file = file;
    this.bytes = bytes;
    this.places = places;
    this.buckets = buckets;
    this.filterBytes = filterBytes;
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
      long filterBytes = RunFilter.encodedBytes(blocks);
      long buckets = (size - StoreFiles.HEADER_BYTES - filterBytes) / Bucket.BYTES;
      boolean whole =
          places > 0
              && blocks >= 0
              && filterBytes < Integer.MAX_VALUE
              && places <= buckets
              && size == StoreFiles.HEADER_BYTES + buckets * Bucket.BYTES + filterBytes
              && entries >= 0
              && entries <= buckets * Bucket.ENTRIES;
      if (!whole) {
        throw new CorruptionException(
            "the run has " + size + " bytes, which does not fit its header", path, null);
      }
      StoredBytes bytes = StoredBytes.of(file, size, files.mapped, false);
      return new Run(files, id, epoch, entries, file, bytes, places, buckets, (int) filterBytes);
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

  /** Returns the bytes of the file. */
  long bytes() {
    return StoreFiles.HEADER_BYTES + buckets * Bucket.BYTES + filterBytes;
  }

  /** Returns whether a key may be in the run. */
  private boolean mayContain(long order, int routing) throws IOException {
    if (filterBytes == 0) {
      return true;
    }
    RunFilter known = filter;
    if (known == null) {
      known = readFilter();
      filter = known;
    }
    return known.mayContain(order, routing);
  }

  /** Reads the filter and checks it; there must be one. */
  private RunFilter readFilter() throws IOException {
    byte[] encoded = new byte[filterBytes];
    long offset = StoreFiles.HEADER_BYTES + buckets * Bucket.BYTES;
    bytes.read(offset, encoded, 0, filterBytes);
    return RunFilter.decode(encoded, seal, offset, path);
  }

  /** Reads everything that a walk over the entries does not. */
  void verify() throws IOException {
    if (filterBytes > 0) {
      readFilter();
    }
  }

  /**
   * Returns the location of a key, or {@link Location#NONE}.
   *
   * @param bucket room for one bucket
   */
  long find(long order, int routing, byte[] bucket) throws IOException {
    if (!mayContain(order, routing)) {
      return Location.NONE;
    }
    for (long at = KeyHash.place(order, places); at < buckets; at++) {
      read(at, 1, bucket);
      for (int i = 0; i < Bucket.ENTRIES; i++) {
        long location = Bucket.location(bucket, 0, i);
        if (location == Location.NONE) {
          return Location.NONE;
        }
        long found = Bucket.order(bucket, 0, i);
        if (found == order && Bucket.routing(bucket, 0, i) == routing) {
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
    long offset = StoreFiles.HEADER_BYTES + first * Bucket.BYTES;
    try {
      bytes.read(offset, target, 0, count * Bucket.BYTES);
    } catch (EOFException e) {
      throw new CorruptionException("the run is cut", path, offset, e);
    }
    for (int i = 0; i < count; i++) {
      long at = offset + (long) i * Bucket.BYTES;
      if (!Bucket.isIntact(target, i * Bucket.BYTES, seal, at)) {
        throw new CorruptionException(
            "the checksum of a bucket of the index does not match", path, at, null);
      }
    }
  }

  /** Tells of each bucket that is damaged, by its offset; returns when all are read. */
  void check(LongConsumer damaged) throws IOException {
    byte[] bucket = new byte[Bucket.BYTES];
    for (long at = 0; at < buckets; at++) {
      try {
        read(at, 1, bucket);
      } catch (CorruptionException e) {
        damaged.accept(StoreFiles.HEADER_BYTES + at * Bucket.BYTES);
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
      this.buffer = new byte[(int) Math.min(BUFFERED, buckets - nextBucket) * Bucket.BYTES];
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
      return position / Bucket.ENTRIES * Bucket.BYTES;
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

  /** Releases mapping and file. */
  void close() throws IOException {
    bytes.close();
    file.close();
  }
}
