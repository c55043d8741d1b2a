// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An index in the making, of records that come in any order: of those of a key the one with the
 * greatest sequence number wins, and of copies of one record that in the later segment.
 *
 * <p>Parts as great as a memtable become runs, which are merged in the end. Sequence numbers are
 * read from the records where two of a key meet. For one thread.
 */
final class RebuiltIndex implements AutoCloseable {
  private static final int MOST_PARTS = 64;

  private final StoreFiles files;
  private final long epoch;
  private final IntSupplier ids;
  private final SegmentFinder segments;
  private final int mostKeys;
  private final byte[] header = new byte[RecordFormat.HEADER_BYTES];
  private final List<Run> parts = new ArrayList<>();
  private Memtable memtable = new Memtable();

  /** Finds segments by their numbers. */
  @FunctionalInterface
  interface SegmentFinder {
    /** Returns a segment of which everything can be read that was entered. */
    Segment find(int id) throws IOException;
  }

  /**
   * Creates an empty one.
   *
   * @param ids gives the numbers of runs
   * @param segments finds the segment of a number
   * @param mostKeys so many are in memory
   */
  RebuiltIndex(
      StoreFiles files, long epoch, IntSupplier ids, SegmentFinder segments, int mostKeys) {
    this.files = files;
    this.epoch = epoch;
    this.ids = ids;
    this.segments = segments;
    this.mostKeys = mostKeys;
  }

  /** Takes a record, which can be read where it is. */
  void enter(KeyHash hash, long location) throws IOException {
    long former = memtable.find(hash.order(), hash.routing());
    if (former == Location.NONE || isNewer(location, former)) {
      memtable.put(hash.order(), hash.routing(), location);
    }
    if (memtable.count() >= mostKeys) {
      writePart();
    }
  }

  private boolean isNewer(long location, long other) throws IOException {
    int bySequence = Long.compare(sequence(location), sequence(other));
    return bySequence != 0 ? bySequence > 0 : Location.segment(location) > Location.segment(other);
  }

  private long sequence(long location) throws IOException {
    segments
        .find(Location.segment(location))
        .read(Location.offset(location), header, 0, header.length);
    return RecordFormat.sequence(header, 0);
  }

  private void writePart() throws IOException {
    Entries entries = memtable.entries(HashRange.ALL);
    memtable = new Memtable();
    int id = ids.getAsInt();
    try (RunWriter writer = new RunWriter(files, id, epoch, entries.count())) {
      for (int i = 0; i < entries.count(); i++) {
        writer.add(entries.order(i), entries.routing(i), entries.location(i));
      }
      parts.add(writer.finish());
    }
    if (parts.size() == MOST_PARTS) {
      merge(false, null);
    }
  }

  /**
   * Writes the run, durably.
   *
   * @param live is told of each entry
   * @return the run; {@code null} if there is nothing in it
   */
  Manifest.@Nullable RunEntry finish(Deltas live) throws IOException {
    writePart();
    merge(true, live);
    Run run = parts.get(0);
    return run.entries() == 0 ? null : new Manifest.RunEntry(run.id(), epoch, run.entries());
  }

  /** Merges all parts into one; the last time without those of deleted keys. */
  private void merge(boolean last, @Nullable Deltas live) throws IOException {
    long most = parts.stream().mapToLong(Run::entries).sum();
    int id = ids.getAsInt();
    Run merged;
    try (RunWriter writer = new RunWriter(files, id, epoch, most)) {
      List<Run.Cursor> cursors = new ArrayList<>();
      for (Run part : parts) {
        Run.Cursor cursor = part.cursor(HashRange.ALL);
        if (cursor.next()) {
          cursors.add(cursor);
        }
      }
      while (!cursors.isEmpty()) {
        Run.Cursor first = Merger.first(cursors);
        long order = first.order();
        int routing = first.routing();
        long location = newest(cursors, order, routing);
        if (!last || !Location.isTombstone(location)) {
          writer.add(order, routing, location);
          if (live != null) {
            live.added(location);
          }
        }
      }
      merged = writer.finish();
    }
    deleteParts();
    parts.add(merged);
  }

  /** Returns the newest location of a key, and goes on behind it in all parts. */
  private long newest(List<Run.Cursor> cursors, long order, int routing) throws IOException {
    long newest = Location.NONE;
    for (int i = cursors.size() - 1; i >= 0; i--) {
      Run.Cursor cursor = cursors.get(i);
      if (cursor.order() == order && cursor.routing() == routing) {
        long location = cursor.location();
        newest = newest == Location.NONE || isNewer(location, newest) ? location : newest;
        if (!cursor.next()) {
          cursors.remove(i);
        }
      }
    }
    return newest;
  }

  private void deleteParts() throws IOException {
    for (Run part : parts) {
      part.close();
      files.disk.delete(part.path());
    }
    parts.clear();
  }

  @Override
  public void close() throws IOException {
    for (Run part : parts) {
      part.close();
    }
  }
}
