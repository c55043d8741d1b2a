// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The log: all writes in one order, in segments that follow each other. An {@link Appender} writes,
 * {@link LogSegments} provides what it writes to, {@link LogSync} makes it durable.
 *
 * <p>Lock order: that of the {@link Publisher}, of {@link LogSegments}, of {@link LogSync}, of the
 * {@link Catalog}, of the {@link Appender}, of a {@link Segment}.
 */
final class Log {
  private final Appender end;
  private final LogSync sync;
  private final LogSegments segments;
  private final Reserve reserve;
  private final Events events;
  private volatile Manifest.Position marked;

  /** Who is told of what happens here. */
  interface Events {
    /** The first write since the opening has come: the files may be changed from now on. */
    void begun();

    /** {@link Log#prepareNext} is to be called soon. */
    void nextWanted();

    /** A memtable was frozen. Called under the lock. */
    void frozen();

    /** A segment is full, which should be made durable in the background. Called under the lock. */
    void rolled();

    /** The log was forced. */
    void forced();

    /**
     * Throws if the store has failed: nothing is appended any more, and no force is tried again,
     * which would succeed and prove nothing.
     */
    void checkNotFailed();

    /** Nobody knows any more what is on disk; returns what to throw. */
    KvException failed(String what, Path path, Throwable cause);
  }

  /**
   * Creates the log of a store that was opened.
   *
   * @param segmentBytes most of a segment
   */
  Log(
      StoreFiles files,
      Catalog catalog,
      Segments segments,
      Index index,
      Pins pins,
      Tail tail,
      long segmentBytes,
      Appender.Limits limits,
      Reserve reserve,
      Events events) {
    Manifest manifest = catalog.current();
    long durable = tail.isResumable() ? tail.sequence() : manifest.sequence();
    this.reserve = reserve;
    this.events = events;
    this.end = new Appender(index, tail, limits, events);
    this.sync = new LogSync(files, pins, end, manifest.durable(), durable, events);
    this.segments =
        new LogSegments(
            files, catalog, segments, pins, tail, segmentBytes, end, sync, reserve, events);
    this.marked = manifest.durable();
  }

  /** Tells whether anything was written since the store was opened. */
  boolean isBegun() {
    return end.active() != null;
  }

  /** Runs something that changes the {@link Index}. */
  void locked(Runnable change) {
    end.locked(change);
  }

  /**
   * Writes, when there is room for so many bytes in one segment.
   *
   * @return the number of the last record
   * @throws StoreFullException if the disk is full, or too full for this; nothing has changed
   */
  long write(long bytes, Reserve.Use use, Appender.Writing writing) throws IOException {
    long needed = bytes + Appender.END_BYTES;
    if (StoreFiles.HEADER_BYTES + needed > Location.MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "the batch takes "
              + bytes
              + " bytes in the log, which is more than fits a segment of "
              + Location.MAX_SEGMENT_BYTES
              + "; write it in parts");
    }
    if (reserve.isShort()) {
      reserve.admit(use, needed);
    }
    long sequence = end.tryWrite(bytes, writing);
    while (sequence == Appender.NO_ROOM) {
      makeRoom(use, needed);
      sequence = end.tryWrite(bytes, writing);
    }
    allocateAhead();
    return sequence;
  }

  private void makeRoom(Reserve.Use use, long needed) throws IOException {
    segments.clear();
    reserve.admit(use, needed);
    Segment segment = end.toBeAllocated(needed);
    if (segment == null) {
      segments.prepare(needed);
    } else {
      allocate(segment, needed);
    }
  }

  private void allocate(Segment segment, long bytes) {
    try {
      segment.allocate(bytes, !reserve.isShort());
    } catch (IOException e) {
      throw DiskFiles.isDiskFull(e)
          ? DiskFiles.failure("there is no room for the write", segment.path(), e)
          : cannotBeExtended(segment, e);
    }
  }

  private KvException cannotBeExtended(Segment segment, IOException e) {
    return events.failed("the log cannot be extended", segment.path(), e);
  }

  /** One writer allocates space, before the others run out of it. */
  private void allocateAhead() {
    Segment segment = end.active();
    if (segment != null && segment.isLow()) {
      try {
        segment.allocateAhead(() -> reserve.hasRoom(Reserve.Use.PUT, 0));
      } catch (IOException e) {
        throw cannotBeExtended(segment, e);
      }
    }
  }

  /** Prepares a segment before the first write needs it. */
  void prepareFirst() throws IOException {
    if (!isBegun()) {
      segments.clear();
      segments.prepare(Appender.END_BYTES);
    }
  }

  /** Prepares the next segment before it is needed, if one is wanted. */
  void prepareNext() throws IOException {
    if (end.isNextWanted()) {
      segments.prepare(Appender.END_BYTES);
    }
  }

  /** Freezes the memtable if there is something in it. */
  void freeze() {
    end.freeze();
  }

  /**
   * Goes on in another segment if there is something in the present one, which can be moved then.
   */
  void rollIfUsed() throws IOException {
    atBeginningOfSegment(() -> {});
  }

  /**
   * Freezes the memtable at the moment at which the log goes on in another segment; returns it. It
   * may be empty.
   */
  Index.Frozen rollAndFreeze() throws IOException {
    AtomicReference<Index.@Nullable Frozen> frozen = new AtomicReference<>();
    atBeginningOfSegment(() -> frozen.set(end.freezeEvenIfEmpty()));
    return Objects.requireNonNull(frozen.get());
  }

  private void atBeginningOfSegment(Runnable action) throws IOException {
    while (!end.tryAtBeginning(action)) {
      Segment active = end.active();
      if (active != null) {
        allocate(active, Appender.END_BYTES);
      }
      segments.prepare(Appender.END_BYTES);
    }
  }

  /** Returns how many bytes of the log are not covered by a frozen memtable. */
  long bytesSinceFreeze() {
    return end.bytesSinceFreeze();
  }

  /** Returns the number of the last journaled batch. */
  long journal() {
    return end.journal();
  }

  /** Returns the number of the last record. */
  long sequence() {
    return end.sequence();
  }

  /** Deletes a segment that the manifest does not name any more, when nobody is reading it. */
  void dispose(Segment segment) {
    segments.dispose(segment);
  }

  /** Makes everything up to a record durable; those who come meanwhile share the next force. */
  void force(long through) {
    sync.force(through);
  }

  /** Makes what is in full segments durable. */
  void forceRolled() {
    sync.forceRolled();
  }

  /** Returns up to where the log is durable. */
  Manifest.Position durable() {
    return sync.durable();
  }

  /** Tells whether the log does not say yet how much of it is durable. */
  boolean isToBeMarked() {
    return durable().compareTo(marked) > 0;
  }

  /**
   * Notes in the log how much of it is durable: what is found damaged before that was there once,
   * and is no torn tail.
   */
  void mark() throws IOException {
    Manifest.Position position = durable();
    byte[] body = RecordFormat.markBody(position);
    write(
        RecordFormat.bytes(0, body.length),
        Reserve.Use.UPKEEP,
        end -> end.appendNote(RecordFormat.MARK, body));
    marked = position;
  }

  /**
   * Ends the log so that nothing but its durable bytes is left: the next opening may go on here.
   */
  void end() throws IOException {
    force(sequence());
    segments.end();
  }
}
