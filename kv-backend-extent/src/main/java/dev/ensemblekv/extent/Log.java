// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The log: all writes in one order, in segments that follow each other, each write entered into the
 * index under the same lock.
 *
 * <p>Before a record can come into a segment, the segment stands in the durable manifest; so the
 * next one, the spare, is prepared before it is needed. Segments are made durable in their order,
 * so that what a loss of power leaves of the log is a beginning of it.
 *
 * <p>Lock order: that of the {@link Publisher}, {@link #rooms}, {@link #forcing}, the lock of the
 * {@link Catalog}, {@link #lock}.
 */
final class Log {
  private static final byte[] NOTHING = {};
  private static final long END_BYTES =
      RecordFormat.bytes(0, RecordFormat.bodyBytes(RecordFormat.END));
  private static final long FIRST_SEGMENT_BYTES = 4 << 20;

  /** What may have been numbered before a crash is less than this beyond what is found. */
  static final long SEQUENCE_JUMP = 1L << 32;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final Pins pins;
  private final Limits limits;
  private final Events events;

  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock rooms = new ReentrantLock();
  private final ReentrantLock forcing = new ReentrantLock();

  // Guarded by the lock.
  private final byte[] header = new byte[RecordFormat.HEADER_BYTES];
  private final List<Segment> rolled = new ArrayList<>();
  private @Nullable Segment active;
  private @Nullable Segment spare;
  private boolean spareAsked;
  private long sequence;
  private long frozenBytes;
  private long loggedBytes;

  /** What opening found, until the first write; written under rooms and forcing. */
  private volatile @Nullable Tail tail;

  private volatile Manifest.Position durable;
  private volatile Manifest.Position marked;

  // Written while forcing.
  private volatile long durableSequence;

  /**
   * Sizes.
   *
   * @param segmentBytes most of a segment
   * @param memtableKeys a memtable of so many keys is frozen
   * @param replayBytes so much of the log a memtable covers at most
   */
  record Limits(long segmentBytes, int memtableKeys, long replayBytes) {}

  /** Who is told of what happens here. */
  interface Events {
    /** The spare segment should be prepared. Called under the lock, once for each segment. */
    void halfFull();

    /** A memtable was frozen. Called under the lock. */
    void frozen();

    /** The log was forced. */
    void forced();

    /**
     * Throws if the store has failed: nothing is appended any more, and no force is tried again,
     * which would succeed and prove nothing.
     */
    void checkNotFailed();

    /** Nobody knows any more what is on disk; returns what to throw. */
    KvException failed(String what, java.nio.file.Path path, Throwable cause);
  }

  /** What is done when there is room, under the lock. */
  @FunctionalInterface
  interface Writing {
    /** Writes by the methods of the log. */
    void run() throws IOException;
  }

  Log(
      StoreFiles files,
      Catalog catalog,
      Segments segments,
      Index index,
      Pins pins,
      Tail tail,
      Limits limits,
      Events events) {
    this.files = files;
    this.catalog = catalog;
    this.segments = segments;
    this.index = index;
    this.pins = pins;
    this.tail = tail;
    this.limits = limits;
    this.events = events;
    this.sequence = tail.sequence();
    this.durableSequence = tail.isResumable() ? tail.sequence() : catalog.current().sequence();
    this.durable = catalog.current().durable();
    this.marked = durable;
    this.loggedBytes = tail.replayedBytes();
  }

  /** Returns up to where the log is durable. */
  Manifest.Position durable() {
    return durable;
  }

  /** Tells whether anything was written since the store was opened. */
  boolean isBegun() {
    lock.lock();
    try {
      return active != null;
    } finally {
      lock.unlock();
    }
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
   * Writes, when there is room for so many bytes in one segment.
   *
   * @return the number of the last record
   * @throws StoreFullException if the disk is full; nothing has changed
   */
  long write(long bytes, Writing writing) throws IOException {
    if (StoreFiles.HEADER_BYTES + bytes + END_BYTES > Location.MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "the batch takes "
              + bytes
              + " bytes in the log, which is more than fits a segment of "
              + Location.MAX_SEGMENT_BYTES
              + "; write it in parts");
    }
    while (true) {
      lock.lock();
      try {
        events.checkNotFailed();
        if (reserve(bytes)) {
          append(writing);
          freezeIfFull();
          askForSpare();
          return sequence;
        }
      } finally {
        lock.unlock();
      }
      makeRoom(bytes);
    }
  }

  /** What ends midway must not be followed by anything: a batch without its end hides the rest. */
  private void append(Writing writing) throws IOException {
    long before = sequence;
    try {
      writing.run();
    } catch (RuntimeException | Error e) {
      if (sequence != before) {
        KvException failure = events.failed("a write ended midway", current().path(), e);
        failure.addSuppressed(e);
      }
      throw e;
    }
  }

  private void askForSpare() {
    Segment segment = current();
    if (spare == null && !spareAsked && segment.end() > segment.capacity() / 2) {
      spareAsked = true;
      events.halfFull();
    }
  }

  /** Prepares the next segment before it is needed, if this one is half full. */
  void prepareSpare() throws IOException {
    boolean wanted;
    lock.lock();
    try {
      wanted = spareAsked && spare == null;
    } finally {
      lock.unlock();
    }
    if (wanted) {
      makeRoom(0);
    }
  }

  private boolean reserve(long bytes) {
    Segment current = active;
    long needed = bytes + END_BYTES;
    if (current != null && current.hasRoom(needed)) {
      allocate(current, needed);
      return true;
    }
    Segment next = spare;
    if (next == null || !next.hasRoom(needed)) {
      return false;
    }
    if (current != null) {
      allocate(current, END_BYTES);
    }
    allocate(next, needed);
    roll(current, next);
    return true;
  }

  private void roll(@Nullable Segment full, Segment next) {
    if (full != null) {
      byte[] body = new byte[RecordFormat.bodyBytes(RecordFormat.END)];
      LittleEndian.putLong(body, 0, next.id());
      append(RecordFormat.END, 0, NOTHING, body, crc(NOTHING, body));
      rolled.add(full);
    }
    active = next;
    spare = null;
    spareAsked = false;
  }

  private void allocate(Segment segment, long bytes) {
    try {
      segment.allocate(bytes);
    } catch (IOException e) {
      throw DiskFiles.isDiskFull(e)
          ? DiskFiles.failure("there is no room for the write", segment.path(), e)
          : events.failed("the log cannot be extended", segment.path(), e);
    }
  }

  /** Appends a put, or a tombstone if there is no value, and enters it into the index. */
  void put(KeyHash hash, byte[] key, byte @Nullable [] value, int bodyCrc) {
    enter(hash, appendPair(0, key, value, bodyCrc));
  }

  /** Appends the records of a batch and its commit, then enters all into the index. */
  void putAll(List<Mutation> batch) {
    long[] locations = new long[batch.size()];
    CRC32C crcs = new CRC32C();
    byte[] word = new byte[4];
    for (int i = 0; i < locations.length; i++) {
      Mutation mutation = batch.get(i);
      locations[i] =
          appendPair(RecordFormat.IN_BATCH, mutation.key(), mutation.value(), mutation.bodyCrc());
      LittleEndian.putInt(word, 0, mutation.bodyCrc());
      crcs.update(word, 0, word.length);
    }
    byte[] commit = commit(locations.length, (int) crcs.getValue());
    append(RecordFormat.COMMIT, 0, NOTHING, commit, crc(NOTHING, commit));
    for (int i = 0; i < locations.length; i++) {
      enter(batch.get(i).hash(), locations[i]);
    }
  }

  /** Returns the body of the record that ends a batch. */
  static byte[] commit(int count, int crcOfCrcs) {
    byte[] body = new byte[8];
    LittleEndian.putInt(body, 0, count);
    LittleEndian.putInt(body, 4, crcOfCrcs);
    return body;
  }

  static long batchBytes(List<Mutation> batch) {
    long bytes = RecordFormat.bytes(0, 8);
    for (Mutation mutation : batch) {
      bytes += mutation.recordBytes();
    }
    return bytes;
  }

  /** Enters a record that a compaction moved; it was counted as dead until now. */
  void repoint(long order, int routing, long location) {
    index.current().active().repoint(order, routing, location);
  }

  private long appendPair(int flags, byte[] key, byte @Nullable [] value, int bodyCrc) {
    if (value == null) {
      long offset = append(RecordFormat.TOMBSTONE, flags, key, NOTHING, bodyCrc);
      return Location.ofTombstone(current().id(), offset);
    }
    long offset = append(RecordFormat.PUT, flags, key, value, bodyCrc);
    return Location.ofValue(current().id(), offset, RecordFormat.bytes(key.length, value.length));
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

  static int crc(byte[] key, byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(key, 0, key.length);
    crc.update(value, 0, value.length);
    return (int) crc.getValue();
  }

  private void freezeIfFull() {
    boolean full =
        index.current().active().count() >= limits.memtableKeys
            || loggedBytes - frozenBytes >= limits.replayBytes;
    if (full) {
      freezeNow();
    }
  }

  private void freezeNow() {
    index.freeze(position(), sequence);
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
    List<Index.Frozen> frozen = new ArrayList<>();
    atBeginningOfSegment(
        () -> {
          freezeNow();
          frozen.add(index.current().frozen().get(0));
        });
    return frozen.get(0);
  }

  private void atBeginningOfSegment(Runnable action) throws IOException {
    while (true) {
      lock.lock();
      try {
        events.checkNotFailed();
        if (goToBeginningOfSegment()) {
          action.run();
          return;
        }
      } finally {
        lock.unlock();
      }
      makeRoom(0);
    }
  }

  private boolean goToBeginningOfSegment() {
    Segment full = active;
    Segment next = spare;
    if (full != null && full.end() == StoreFiles.HEADER_BYTES) {
      return true;
    }
    if (next == null) {
      return false;
    }
    if (full != null) {
      allocate(full, END_BYTES);
    }
    allocate(next, END_BYTES);
    roll(full, next);
    return true;
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

  long sequence() {
    lock.lock();
    try {
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  /** Prepares a segment in which there is room for so many bytes. */
  private void makeRoom(long bytes) throws IOException {
    rooms.lock();
    try {
      Tail found = tail;
      if (found != null) {
        forcing.lock();
        try {
          begin(found, bytes);
          tail = null;
        } finally {
          forcing.unlock();
        }
        return;
      }
      Segment small;
      lock.lock();
      try {
        small = spare;
        if (small != null && small.hasRoom(bytes + END_BYTES)) {
          return;
        }
        spare = null;
      } finally {
        lock.unlock();
      }
      replaceSpare(small, bytes);
    } finally {
      rooms.unlock();
    }
  }

  /** The manifest names the old one until it names the new one, so it must come next until then. */
  private void replaceSpare(@Nullable Segment old, long bytes) throws IOException {
    try {
      Segment next = create(bytes, catalog.current().epoch());
      publish(next, manifest -> without(manifest, old));
    } catch (IOException | RuntimeException | Error e) {
      lock.lock();
      try {
        spare = old;
      } finally {
        lock.unlock();
      }
      throw e;
    }
    if (old != null) {
      dispose(old);
    }
  }

  private static Manifest without(Manifest manifest, @Nullable Segment dropped) {
    return dropped == null ? manifest : manifest.withoutSegments(List.of(dropped.id()));
  }

  /** The first write since opening: goes on where the log ended, or begins a segment behind it. */
  private void begin(Tail found, long bytes) throws IOException {
    catalog.deleteLeftOvers();
    Segment last = found.last();
    if (last != null && found.isResumable()) {
      Segment reopened = last.reopen(files, Math.max(capacity(bytes), last.end() + END_BYTES));
      segments.add(reopened);
      pins.retire(() -> closeQuietly(last));
      lock.lock();
      try {
        active = reopened;
      } finally {
        lock.unlock();
      }
      return;
    }
    long epoch = catalog.current().epoch() + 1;
    if (last != null) {
      cut(last);
      forceReplayed(found);
    }
    Segment next = create(bytes, epoch);
    lock.lock();
    try {
      sequence += last == null ? 0 : SEQUENCE_JUMP;
      durableSequence = sequence; // nothing has a number beyond what was forced
    } finally {
      lock.unlock();
    }
    publish(next, manifest -> afterCrash(manifest, found).withEpoch(epoch));
    for (Segment dropped : found.dropped()) {
      dispose(dropped);
    }
  }

  /** The tail that is cut off was never durable, or it would be corruption. */
  private void cut(Segment last) throws IOException {
    try (var file = files.open(last.path(), true)) {
      file.truncate(last.end());
    }
  }

  /** What a killed process wrote may be in memory only. */
  private void forceReplayed(Tail found) {
    Segment last = found.last();
    if (last == null) {
      return;
    }
    for (Segment segment : found.replayed()) {
      try {
        segment.force();
      } catch (IOException e) {
        throw events.failed("the log cannot be made durable", segment.path(), e);
      }
    }
    durable = new Manifest.Position(last.id(), last.end());
    durableSequence = found.sequence();
  }

  private Manifest afterCrash(Manifest manifest, Tail found) {
    return manifest
        .withoutSegments(found.dropped().stream().map(Segment::id).toList())
        .mapSegments(this::ending);
  }

  private Manifest.SegmentEntry ending(Manifest.SegmentEntry entry) {
    return entry.end() == Manifest.SegmentEntry.OPEN
        ? entry.endingAt(segments.get(entry.id()).end())
        : entry;
  }

  /** Segments grow with the store, so that a small one does not take much and a great one few. */
  private long capacity(long bytes) {
    long stored = 0;
    for (Manifest.SegmentEntry entry : catalog.current().segments()) {
      stored += entry.usage().bytes();
    }
    long usual = Math.min(limits.segmentBytes, Math.max(FIRST_SEGMENT_BYTES, stored / 16));
    return Math.max(usual, StoreFiles.HEADER_BYTES + bytes + END_BYTES);
  }

  private Segment create(long bytes, long epoch) throws IOException {
    int id = catalog.reserveSegment();
    Segment segment = Segment.create(files, id, Segment.Kind.LOG, epoch, capacity(bytes));
    try {
      segment.force();
      files.disk.syncDirectory(files.directory);
    } catch (IOException | RuntimeException | Error e) {
      abandon(segment, e);
      throw e;
    }
    return segment;
  }

  private void publish(Segment next, java.util.function.UnaryOperator<Manifest> change)
      throws IOException {
    Manifest.SegmentEntry entry =
        new Manifest.SegmentEntry(
            next.id(),
            next.kind(),
            next.epoch(),
            Manifest.SegmentEntry.OPEN,
            sequence() + 1,
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
    lock.lock();
    try {
      spare = next;
    } finally {
      lock.unlock();
    }
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

  /** Makes everything up to a record durable; those who come meanwhile share the next force. */
  void force(long through) {
    if (durableSequence >= through) {
      return;
    }
    forcing.lock();
    try {
      events.checkNotFailed();
      if (durableSequence < through) {
        Tail untouched = tail;
        if (untouched == null) {
          forceAll();
        } else {
          forceReplayed(untouched);
        }
      }
    } finally {
      forcing.unlock();
    }
    events.forced();
  }

  private void forceAll() {
    List<Segment> full;
    Segment last;
    long reached;
    Manifest.Position position;
    lock.lock();
    try {
      last = current();
      full = List.copyOf(rolled);
      reached = sequence;
      position = position();
    } finally {
      lock.unlock();
    }
    Segment at = last;
    try {
      for (Segment segment : full) {
        at = segment;
        segment.trim();
        segment.force();
      }
      at = last;
      last.force();
    } catch (IOException e) {
      throw events.failed("the log cannot be made durable", at.path(), e);
    }
    durable = position;
    durableSequence = reached;
    lock.lock();
    try {
      rolled.removeAll(full);
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the log does not say yet how much of it is durable. */
  boolean isToBeMarked() {
    return durable.compareTo(marked) > 0;
  }

  /**
   * Notes in the log how much of it is durable: what is found damaged before that was there once,
   * and is no torn tail.
   */
  void mark() throws IOException {
    Manifest.Position position = durable;
    byte[] body = new byte[RecordFormat.bodyBytes(RecordFormat.MARK)];
    LittleEndian.putLong(body, 0, position.segment());
    LittleEndian.putLong(body, 8, position.offset());
    write(
        RecordFormat.bytes(0, body.length),
        () -> append(RecordFormat.MARK, 0, NOTHING, body, crc(NOTHING, body)));
    marked = position;
  }

  /**
   * Ends the log so that nothing but its durable bytes is left: the next opening may go on here.
   */
  void end() throws IOException {
    force(sequence());
    Segment unused;
    lock.lock();
    try {
      unused = spare;
      spare = null;
    } finally {
      lock.unlock();
    }
    Segment last = active;
    if (last != null) {
      last.trim();
      last.force();
      catalog.edit(manifest -> without(manifest, unused));
      if (unused != null) {
        dispose(unused);
      }
    }
  }
}
