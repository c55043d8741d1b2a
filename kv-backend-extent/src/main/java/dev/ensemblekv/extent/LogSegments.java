// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Provides the segments in which the log goes on: before a record can come into one, it stands in
 * the durable manifest, so the next is prepared before it is needed.
 *
 * <p>The first one after opening is that in which the log ended, if a close left it so. Otherwise a
 * crash did: what is torn is cut off, and the log goes on in a new segment of a new epoch.
 */
final class LogSegments {
  private static final long FIRST_SEGMENT_BYTES = 4 << 20;

  /** A new segment may have such a part of all before. */
  private static final int SHARE = 4;

  /** What may have been numbered before a crash is less than this beyond what is found. */
  static final long SEQUENCE_JUMP = 1L << 32;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Pins pins;
  private final Tail tail;
  private final long segmentBytes;
  private final Appender end;
  private final LogSync sync;
  private final Reserve reserve;
  private final Log.Events events;

  private final ReentrantLock preparing = new ReentrantLock();
  private boolean cleared; // guarded by it
  private boolean begun; // guarded by it

  LogSegments(
      StoreFiles files,
      Catalog catalog,
      Segments segments,
      Pins pins,
      Tail tail,
      long segmentBytes,
      Appender end,
      LogSync sync,
      Reserve reserve,
      Log.Events events) {
    this.files = files;
    this.catalog = catalog;
    this.segments = segments;
    this.pins = pins;
    this.tail = tail;
    this.segmentBytes = segmentBytes;
    this.end = end;
    this.sync = sync;
    this.reserve = reserve;
    this.events = events;
  }

  /**
   * Makes durable which files count, and deletes the others, once: what a crash left may be the
   * space that is missing.
   */
  void clear() throws IOException {
    preparing.lock();
    try {
      if (!cleared) {
        syncNames();
        catalog.deleteLeftOvers();
        cleared = true;
      }
    } finally {
      preparing.unlock();
    }
  }

  /** Prepares a next segment in which there is room for so many bytes, if there is none. */
  void prepare(long bytes) throws IOException {
    preparing.lock();
    try {
      if (!begun) {
        begin(bytes);
        begun = true;
        events.begun();
      } else if (!end.hasNext(bytes)) {
        replaceNext(bytes);
      }
    } finally {
      preparing.unlock();
    }
  }

  /** The manifest names the old one until it names the new one, so it must come next until then. */
  private void replaceNext(long bytes) throws IOException {
    Segment old = end.takeNext();
    try {
      Segment next = create(bytes, catalog.current().epoch());
      publish(next, manifest -> without(manifest, old));
    } catch (IOException | RuntimeException | Error e) {
      end.setNext(old);
      throw e;
    }
    if (old != null) {
      dispose(old);
    }
  }

  private static Manifest without(Manifest manifest, @Nullable Segment dropped) {
    return dropped == null ? manifest : manifest.withoutSegments(List.of(dropped.id()));
  }

  /**
   * Makes durable what opening found, before anything is written or deleted that rests on it: a
   * killed process may have left it in memory only, the manifest and what was cut off included.
   */
  private void begin(long bytes) throws IOException {
    clear();
    Segment last = tail.last();
    if (last != null && tail.isResumable()) {
      resume(last);
    } else {
      beginAnew(last, bytes);
    }
  }

  private void syncNames() {
    try {
      files.disk.syncDirectory(files.directory);
    } catch (IOException e) {
      throw events.failed("the manifest cannot be made durable", files.directory, e);
    }
  }

  private void resume(Segment last) throws IOException {
    sync.force(); // or what was cut off here might come back behind what is written now
    long least = last.end() + Appender.END_BYTES;
    Segment reopened = last.reopen(files, Math.max(capacity(Appender.END_BYTES), least));
    segments.add(reopened);
    pins.retire(() -> closeQuietly(last));
    end.resume(reopened);
  }

  private void beginAnew(@Nullable Segment last, long bytes) throws IOException {
    long epoch = catalog.current().epoch() + 1;
    if (last != null) {
      cut(last);
      sync.force(); // what a killed process wrote may be in memory only
    }
    Segment next = create(bytes, epoch);
    sync.skipTo(end.skip(last == null ? 0 : SEQUENCE_JUMP));
    publish(next, manifest -> afterCrash(manifest).withEpoch(epoch));
    for (Segment dropped : tail.dropped()) {
      dispose(dropped);
    }
  }

  /** The tail that is cut off was never durable, or it would be corruption. */
  private void cut(Segment last) throws IOException {
    try (var file = files.open(last.path(), true)) {
      file.truncate(last.end());
    }
  }

  private Manifest afterCrash(Manifest manifest) {
    return manifest
        .withoutSegments(tail.dropped().stream().map(Segment::id).toList())
        .mapSegments(this::ending);
  }

  private Manifest.SegmentEntry ending(Manifest.SegmentEntry entry) {
    return entry.end() == Manifest.SegmentEntry.OPEN
        ? entry.endingAt(segments.get(entry.id()).end())
        : entry;
  }

  /** Segments grow with the store, so that a small one does not take much and a great one few. */
  private long capacity(long bytes) {
    long stored = segments.all().stream().mapToLong(Segment::end).sum();
    long most = Math.min(segmentBytes, reserve.mostSegmentBytes());
    long usual = Math.min(most, usualBytes(stored));
    return Math.max(usual, StoreFiles.HEADER_BYTES + bytes);
  }

  /** Returns how great a segment of a store of so many bytes is, if it may be. */
  static long usualBytes(long stored) {
    return Math.max(FIRST_SEGMENT_BYTES, stored / SHARE);
  }

  private Segment create(long bytes, long epoch) throws IOException {
    int id = catalog.reserveSegment();
    Segment segment = Segment.create(files, id, Segment.Kind.LOG, epoch, capacity(bytes));
    try {
      segment.allocate(bytes, !reserve.isShort());
      segment.force();
      files.disk.syncDirectory(files.directory);
    } catch (IOException | RuntimeException | Error e) {
      abandon(segment, e);
      throw e;
    }
    return segment;
  }

  private void publish(Segment next, UnaryOperator<Manifest> change) throws IOException {
    Manifest.SegmentEntry entry =
        new Manifest.SegmentEntry(
            next.id(),
            next.kind(),
            next.epoch(),
            Manifest.SegmentEntry.OPEN,
            end.sequence() + 1,
            Usage.NONE);
    try {
      catalog.edit(manifest -> change.apply(manifest).withSegment(entry));
    } catch (DiskFiles.PublishException e) {
      throw events.failed("the manifest cannot be made durable", next.path(), e);
    } catch (IOException | RuntimeException | Error e) {
      abandon(next, e);
      throw e;
    }
    segments.add(next);
    end.setNext(next);
  }

  private void abandon(Segment segment, Throwable cause) {
    try {
      segment.close();
      files.disk.delete(segment.path());
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Deletes a segment that the manifest does not name any more, when nobody is reading it. */
  void dispose(Segment segment) {
    segments.remove(segment);
    pins.retire(
        () -> {
          closeQuietly(segment);
          try {
            files.disk.delete(segment.path());
          } catch (IOException e) {
            // A left-over, which the first write after the next opening deletes.
          }
        });
  }

  private static void closeQuietly(Segment segment) {
    try {
      segment.close();
    } catch (IOException e) {
      // Nothing was written by this handle.
    }
  }

  /**
   * Ends the log where it is, so that the next opening may go on there; nothing is unsynced but
   * that the space allocated in advance is given back.
   */
  void end() throws IOException {
    Segment unused = end.takeNext();
    Segment last = end.active();
    if (last != null) {
      last.trim();
      catalog.edit(manifest -> without(manifest, unused));
      if (unused != null) {
        dispose(unused);
      }
    }
  }
}
