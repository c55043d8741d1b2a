// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log: appends one write after the other, and enters each into the index under the
 * same lock.
 *
 * <p>Under the lock nothing is forced: space is allocated before, and where there is none yet,
 * nothing is written and the caller is told.
 */
final class Appender {
  /** No write has this number. */
  static final long NO_ROOM = -1;

  private static final byte[] NOTHING = {};

  /** What must be left in a segment for the record that ends it. */
  static final long END_BYTES = RecordFormat.bytes(0, RecordFormat.bodyBytes(RecordFormat.END));

  /**
   * The next segment is asked for when such a part of this one is used: to prepare it takes several
   * waits for the disk, and a store that is hardly written to needs none.
   */
  private static final int USED_BEFORE_NEXT = 16;

  /** A memtable that covers so much of the log ends with a segment. */
  private static final long SMALL_REPLAY_BYTES = 16 << 20;

  private final Index index;
  private final Tail tail;
  private final Limits limits;
  private final Log.Events events;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final byte[] header = new byte[RecordFormat.HEADER_BYTES];
  private final ArrayList<Rolled> rolled = new ArrayList<>();
  private volatile @Nullable Segment active; // set under the lock
  private @Nullable Segment next;
  private boolean nextAsked;
  private long sequence;
  private long journal;
  private long frozenBytes;
  private long loggedBytes;

  /**
   * When a memtable is full.
   *
   * @param memtableKeys it has so many keys
   * @param replayBytes it covers so much of the log
   */
  record Limits(int memtableKeys, long replayBytes) {
    /** Tells whether a memtable of these sizes, or several together, is full. */
    boolean areReached(long keys, long logBytes) {
      return keys >= memtableKeys || logBytes >= replayBytes;
    }
  }

  /**
   * A segment that is full.
   *
   * @param sequence the number of its last record
   */
  record Rolled(Segment segment, long sequence) {}

  /**
   * What there is of the log that may not be durable.
   *
   * @param rolled segments that are full
   * @param others segments that are not, or were found at opening
   * @param position where the log ends
   * @param sequence the number of the last record
   */
  record Reach(
      List<Rolled> rolled, List<Segment> others, Manifest.Position position, long sequence) {}

  /** Something that is written when there is room for it. */
  @FunctionalInterface
  interface Writing {
    /** Writes by the methods of the appender, which holds its lock. */
    void run(Appender end) throws IOException;
  }

  /**
   * Creates the end of a log to which nothing can be written until {@link #setNext} or {@link
   * #resume}.
   */
  Appender(Index index, Tail tail, Limits limits, Log.Events events) {
    this.index = index;
    this.tail = tail;
    this.limits = limits;
    this.events = events;
    this.sequence = tail.sequence();
    this.journal = tail.journal();
    this.loggedBytes = tail.replayedBytes();
  }

  /** Returns the segment that is written to; {@code null} before the first write. */
  @Nullable Segment active() {
    return active;
  }

  /** Runs something that changes the {@link Index}. */
  void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes, if there is space for so many bytes in one segment.
   *
   * @return the number of the last record, or {@link #NO_ROOM}; then nothing has changed
   */
  long tryWrite(long bytes, Writing writing) throws IOException {
    lock.lock();
    try {
      events.checkNotFailed();
      if (!hasRoom(bytes + END_BYTES)) {
        return NO_ROOM;
      }
      write(writing);
      freezeIfFull();
      askForNext();
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(long needed) {
    Segment current = active;
    if (current != null && current.hasRoom(needed)) {
      return current.isAllocated(needed);
    }
    return goToNext(needed);
  }

  /** What ends midway must not be followed by anything: a batch without its end hides the rest. */
  private void write(Writing writing) throws IOException {
    long before = sequence;
    try {
      writing.run(this);
    } catch (RuntimeException | Error e) {
      if (sequence != before) {
        KvException failure = events.failed("a write ended midway", current().path(), e);
        failure.addSuppressed(e);
      }
      throw e;
    }
  }

  private void askForNext() {
    Segment segment = current();
    if (next == null && !nextAsked && segment.end() > segment.capacity() / USED_BEFORE_NEXT) {
      nextAsked = true;
      events.nextWanted();
    }
  }

  /** Goes on in the next segment, if there is one with so many bytes; returns whether it did. */
  private boolean goToNext(long needed) {
    Segment full = active;
    Segment following = next;
    boolean canEnd = full == null || full.isAllocated(END_BYTES);
    if (!canEnd || following == null || !following.isAllocated(needed)) {
      return false;
    }
    if (full != null) {
      end(full, following);
    }
    active = following;
    next = null;
    nextAsked = false;
    if (full != null) {
      events.rolled();
    }
    if (loggedBytes - frozenBytes >= Math.min(limits.replayBytes, SMALL_REPLAY_BYTES)) {
      freezeNow(); // here, so that the part of the log that it covers is what was rolled
    }
    return true;
  }

  /** Notes in a segment that the log goes on in another; behind that must come nothing. */
  private void end(Segment full, Segment following) {
    byte[] body = new byte[RecordFormat.bodyBytes(RecordFormat.END)];
    LittleEndian.putLong(body, 0, following.id());
    Rolled entry = new Rolled(full, sequence + 1);
    rolled.ensureCapacity(rolled.size() + 1); // or there may be no memory for it afterwards
    appendNote(RecordFormat.END, body);
    rolled.add(entry);
  }

  /** Appends a put, or a tombstone if there is no value, and enters it into the index. */
  void put(Mutation mutation) {
    reserve(1);
    enter(mutation.hash(), append(0, mutation));
  }

  /** Takes the memory for so many entries before anything is written that could not be entered. */
  private void reserve(int entries) {
    index.current().active().reserve(entries, current().id());
  }

  /**
   * Appends the records of a batch and its commit, then enters all into the index.
   *
   * @param number of a journaled batch; 0: it is none
   */
  void putAll(List<Mutation> batch, long number) {
    byte[] commit = RecordFormat.commitBody(batch.size(), Mutation.crcOfCrcs(batch), number);
    long[] locations = new long[batch.size()];
    reserve(locations.length);
    for (int i = 0; i < locations.length; i++) {
      locations[i] = append(RecordFormat.IN_BATCH, batch.get(i));
    }
    appendNote(number == 0 ? RecordFormat.COMMIT : RecordFormat.JOURNALED_COMMIT, commit);
    journal = Math.max(journal, number);
    for (int i = 0; i < locations.length; i++) {
      enter(batch.get(i).hash(), locations[i]);
    }
  }

  /** Appends a record that is of no key. */
  void appendNote(int type, byte[] body) {
    append(type, 0, NOTHING, body, RecordFormat.bodyCrc(NOTHING, body));
  }

  /** Enters a record that a compaction moved; it was counted as dead until now. */
  void repoint(KeyHash hash, long location) {
    index.current().active().repoint(hash, location);
  }

  /** Returns where the record is. */
  private long append(int flags, Mutation mutation) {
    byte[] key = mutation.key();
    byte[] value = mutation.value();
    int segment = current().id();
    if (value == null) {
      return Location.ofTombstone(
          segment, append(RecordFormat.TOMBSTONE, flags, key, NOTHING, mutation.bodyCrc()));
    }
    long offset = append(RecordFormat.PUT, flags, key, value, mutation.bodyCrc());
    return Location.ofValue(segment, offset, mutation.recordBytes());
  }

  private void enter(KeyHash hash, long location) {
    index.current().active().enter(hash, location);
  }

  private Segment current() {
    Segment segment = active;
    if (segment == null) {
      throw new IllegalStateException("there is no segment to write to");
    }
    return segment;
  }

  /** Returns the offset of the record. */
  private long append(int type, int flags, byte[] key, byte[] value, int bodyCrc) {
    Segment segment = current();
    long offset = segment.end();
    RecordFormat.encode(
        header,
        type,
        flags,
        sequence + 1,
        key.length,
        value.length,
        bodyCrc,
        segment.seal(),
        offset);
    try {
      segment.write(offset, header, key, value);
    } catch (IOException | InternalError e) {
      throw events.failed("the log cannot be written", segment.path(), e);
    }
    long bytes = RecordFormat.bytes(key.length, value.length);
    segment.endAt(offset + bytes);
    sequence++;
    loggedBytes += bytes;
    return offset;
  }

  private void freezeIfFull() {
    if (limits.areReached(index.current().active().count(), loggedBytes - frozenBytes)) {
      freezeNow();
    }
  }

  private void freezeNow() {
    index.freeze(position(), sequence, journal, loggedBytes - frozenBytes);
    frozenBytes = loggedBytes;
    events.frozen();
  }

  private Manifest.Position position() {
    Segment segment = current();
    return new Manifest.Position(segment.id(), segment.end());
  }

  /** Freezes the memtable if there is something in it. */
  void freeze() {
    lock.lock();
    try {
      if (active != null && !index.current().active().isEmpty()) {
        freezeNow();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Freezes the memtable, an empty one too, and returns it. To be called under the lock. */
  Index.Frozen freezeEvenIfEmpty() {
    freezeNow();
    return index.current().frozen().get(0);
  }

  /**
   * Runs something at the beginning of a segment, in which there is nothing yet.
   *
   * @return {@code false} if there is no next segment, or no space to end the present one; then
   *     nothing was done
   */
  boolean tryAtBeginning(Runnable action) {
    lock.lock();
    try {
      events.checkNotFailed();
      Segment current = active;
      boolean isThere = current != null && current.end() == StoreFiles.HEADER_BYTES;
      if (!isThere && !goToNext(END_BYTES)) {
        return false;
      }
      action.run();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the segment in which so many bytes can come when they are allocated, if any. */
  @Nullable Segment toBeAllocated(long needed) {
    lock.lock();
    try {
      Segment current = active;
      if (current != null && (current.hasRoom(needed) || !current.isAllocated(END_BYTES))) {
        return current;
      }
      return next != null && next.hasRoom(needed) ? next : null;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether a next segment is asked for that is not there. */
  boolean isNextWanted() {
    lock.lock();
    try {
      return nextAsked && next == null;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether there is a next segment with room for so many bytes. */
  boolean hasNext(long needed) {
    lock.lock();
    try {
      return next != null && next.hasRoom(needed);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the next segment away; returns it. */
  @Nullable Segment takeNext() {
    lock.lock();
    try {
      Segment taken = next;
      next = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Says in which segment the log goes on when the present one is full. */
  void setNext(@Nullable Segment segment) {
    lock.lock();
    try {
      next = segment;
    } finally {
      lock.unlock();
    }
  }

  /** Goes on in the segment in which the log ended. */
  void resume(Segment segment) {
    lock.lock();
    try {
      active = segment;
    } finally {
      lock.unlock();
    }
  }

  /** Leaves out some numbers; returns the last of them. */
  long skip(long numbers) {
    lock.lock();
    try {
      sequence += numbers;
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  long sequence() {
    lock.lock();
    try {
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of the last journaled batch. */
  long journal() {
    lock.lock();
    try {
      return journal;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes of the log are not covered by a frozen memtable. */
  long bytesSinceFreeze() {
    lock.lock();
    try {
      return loggedBytes - frozenBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what must be forced for all that is written to be durable. */
  Reach reach() {
    lock.lock();
    try {
      Segment current = active;
      if (current != null) {
        return new Reach(List.copyOf(rolled), List.of(current), position(), sequence);
      }
      Segment last = tail.last();
      Manifest.Position end =
          last == null ? Manifest.Position.BEGINNING : new Manifest.Position(last.id(), last.end());
      return new Reach(List.of(), tail.replayed(), end, tail.sequence());
    } finally {
      lock.unlock();
    }
  }

  /** Returns the segments that are full and may not be durable. */
  List<Rolled> rolled() {
    lock.lock();
    try {
      return List.copyOf(rolled);
    } finally {
      lock.unlock();
    }
  }

  /** Says that full segments are durable. */
  void forced(List<Rolled> full) {
    lock.lock();
    try {
      rolled.removeAll(full);
    } finally {
      lock.unlock();
    }
  }
}
