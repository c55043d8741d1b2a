// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.StoreFullException;
import java.io.IOException;

/**
 * The space of the disk that is kept for what gives space back: puts are refused first, deletes
 * later, and what is done in the background is not.
 *
 * <p>No file holds it: as long as there is more, nobody asks the disk but whoever is about to take
 * some. Thread-safe.
 */
final class Reserve {
  /** What an entry takes in a run, with its part of the filter. */
  private static final int ENTRY_BYTES = Run.BYTES_PER_ENTRY + 2;

  /** What the manifest, new files and what the file system knows of them take. */
  private static final long LEAST_BYTES = 64 << 10;

  private static final long BYTES_PER_FILE = 512;

  /** A new segment may have such a part of what the disk has left, or so much. */
  private static final int SEGMENT_SHARE = 32;

  private static final long LEAST_SEGMENT_BYTES = 256 << 10;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private volatile boolean isShort;

  /** What space is wanted for. */
  enum Use {
    /** Something that may have to stay. */
    PUT,
    /** Something that makes other things dead. */
    DELETE,
    /** Something without which nothing is given back. */
    UPKEEP
  }

  Reserve(StoreFiles files, Catalog catalog, Segments segments, Index index) {
    this.files = files;
    this.catalog = catalog;
    this.segments = segments;
    this.index = index;
  }

  /** Tells whether the disk had too little for a put when somebody asked last. */
  boolean isShort() {
    return isShort;
  }

  /**
   * Lets somebody take space, or not.
   *
   * @throws StoreFullException if what is left then would be too little
   */
  void admit(Use use, long bytes) {
    if (!hasRoom(use, bytes)) {
      throw new StoreFullException(
          "the disk has "
              + free()
              + " bytes left, which are kept for deletes and for compaction; delete something and"
              + " compact the store, or free some space, and try again",
          files.directory,
          null);
    }
  }

  /** Asks the disk; returns whether {@link #admit} would let somebody take space. */
  boolean hasRoom(Use use, long bytes) {
    long free = free();
    Need need = need();
    isShort = free < most(need) + bytes;
    long kept =
        switch (use) {
          case PUT -> most(need);
          case DELETE -> need.bytes;
          case UPKEEP -> 0;
        };
    return free >= kept + bytes;
  }

  /**
   * Returns how great a new segment may be: what is live in it must be movable to another place.
   */
  long mostSegmentBytes() {
    return Math.max(LEAST_SEGMENT_BYTES, free() / SEGMENT_SHARE);
  }

  /** Tells whether there is space for a run. */
  boolean hasRoomForRun(long entries) {
    return entries * ENTRY_BYTES <= room();
  }

  /** Returns how many bytes compaction may take, such that the index can be merged after it. */
  long roomToMove() {
    return Math.max(0, room() - index.current().mostEntries() * ENTRY_BYTES);
  }

  /** Returns what it takes to move what is live, to point the index at it, and to merge that. */
  static long bytesToMove(Usage usage) {
    return usage.liveBytes() + usage.liveRecords() * 2 * ENTRY_BYTES;
  }

  private long room() {
    return free() - names() / 2;
  }

  private long free() {
    try {
      return files.disk.usableBytes(files.directory);
    } catch (IOException e) {
      return Long.MAX_VALUE; // where nobody can tell, whoever writes finds out
    }
  }

  private long names() {
    Manifest manifest = catalog.current();
    return LEAST_BYTES + (manifest.segments().size() + manifest.runs().size()) * BYTES_PER_FILE;
  }

  /**
   * What must be left.
   *
   * @param bytes for writing memtables, for the index once more, which tells what is dead, and for
   *     what is live in a segment
   * @param step how much a write may take at once, with its entries
   */
  private record Need(long bytes, long step) {}

  /** A put may take a step though little is left behind it; then deletes have another. */
  private static long most(Need need) {
    return need.bytes + 2 * need.step;
  }

  private Need need() {
    long stored = 0;
    long greatest = Segment.LEAST_STEP_BYTES;
    for (Segment segment : segments.all()) {
      stored += segment.end();
      greatest = Math.max(greatest, segment.end());
    }
    Index.Version version = index.current();
    long unpublished = version.active().count();
    for (Index.Frozen frozen : version.frozen()) {
      unpublished += frozen.table().count();
    }
    long records = Math.max(1, catalog.current().usage().records() + unpublished);
    long moved = Math.min(greatest, LogSegments.usualBytes(stored));
    double withEntries = 1 + Math.min(2, 2.0 * ENTRY_BYTES * records / Math.max(1, stored));
    long merge = version.mostEntries() * ENTRY_BYTES;
    return new Need(
        names() + unpublished * ENTRY_BYTES + merge + (long) (moved * withEntries),
        (long)
            (Math.min(Math.max(moved / 2, Segment.LEAST_STEP_BYTES), Segment.MAX_STEP_BYTES)
                * withEntries));
  }
}
