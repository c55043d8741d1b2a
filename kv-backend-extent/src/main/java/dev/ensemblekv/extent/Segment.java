// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A segment file: records one after the other, behind a header. One at a time appends, many read.
 *
 * <p>Nothing is written but where zeros were written before, by ordinary calls: a full disk shows
 * there as an exception, before a record has begun.
 */
final class Segment {
  static final String MAGIC = "EKVSEG";
  private static final byte[] ZEROS = new byte[64 << 10];

  /** Space is allocated in steps of so much at most. */
  static final int MAX_STEP_BYTES = 4 << 20;

  /** ... and of so much at least, if the segment is not small. */
  static final int LEAST_STEP_BYTES = ZEROS.length;

  /** Where the log is forced often, the zeros of a step are, too, and somebody waits for that. */
  private static final int MAX_FORCED_STEP_BYTES = 256 << 10;

  /** A value up to this is copied, to be written by the same call as its header. */
  private static final int MOST_COPIED_BYTES = 64 << 10;

  /**
   * So much behind what was forced last is written by calls: the system then writes the blocks to
   * the medium that were written to, but of a mapping the whole pieces that it keeps in memory.
   */
  private static final int BY_CALLS_BYTES = ZEROS.length;

  /** A small segment is allocated in no more than so many steps. */
  private static final int LEAST_SHARE = 4;

  /** What a segment is for. */
  enum Kind {
    /** A part of the log: records in the order of their writes. */
    LOG,
    /** Records that a compaction moved here. */
    RELOCATED
  }

  private final int id;
  private final Kind kind;
  private final long epoch;
  private final Path path;
  private final Seal seal;
  private final DiskFile file;
  private final StoredBytes byCalls;
  private volatile StoredBytes bytes; // replaced by one who knows that nobody is writing
  private final long capacity;
  private volatile long end;
  private volatile long byCallsEnd; // records that begin before are written by calls

  private final ReentrantLock allocating = new ReentrantLock();
  private volatile long allocated; // written while allocating
  private boolean trimmed; // guarded by allocating; nothing is appended any more

  private Segment(
      StoreFiles files,
      int id,
      Kind kind,
      long epoch,
      DiskFile file,
      StoredBytes bytes,
      long capacity,
      long end,
      boolean growing) {
    this.id = id;
    this.kind = kind;
    this.epoch = epoch;
    this.path = files.path(name(id));
    this.seal = files.seal(epoch, id);
    this.file = file;
    this.byCalls = StoredBytes.byCalls(file);
    this.bytes = bytes;
    this.capacity = capacity;
    this.end = end;
    this.allocated = end;
    this.trimmed = !growing;
  }

  static String name(int id) {
    return StoreFiles.name("segment-", id, ".kv");
  }

  /** Creates an empty segment; it is durable after {@link #force()} and a sync of the directory. */
  static Segment create(StoreFiles files, int id, Kind kind, long epoch, long capacity)
      throws IOException {
    DiskFile file = files.create(files.path(name(id)));
    try {
      file.write(
          0,
          files.header(MAGIC, id, epoch, kind == Kind.LOG ? 0 : 1, 0),
          0,
          StoreFiles.HEADER_BYTES);
      boolean growing = kind == Kind.LOG;
      boolean mapped = growing && files.mappings.ofGrowing();
      StoredBytes bytes = StoredBytes.of(file, capacity, mapped, true);
      return new Segment(
          files, id, kind, epoch, file, bytes, capacity, StoreFiles.HEADER_BYTES, growing);
    } catch (IOException | RuntimeException | Error e) {
      closeAfter(e, file);
      throw e;
    }
  }

  /**
   * Opens a segment for reading.
   *
   * @param end where its records end; negative: that is to be found out, and told by {@link
   *     #settle}. Until then it is not mapped: reading a hole of a mapping takes space in some file
   *     systems, which may be full
   */
  static Segment open(StoreFiles files, int id, Kind kind, long epoch, long end)
      throws IOException {
    Path path = files.path(name(id));
    DiskFile file = files.open(path, false);
    try {
      files.readHeader(file, path, MAGIC, id, epoch);
      long size = file.size();
      if (size < end) {
        throw new CorruptionException(
            "the file is cut: " + end + " bytes were in it", path, size, null);
      }
      long length = end < 0 ? Math.min(size, Location.MAX_SEGMENT_BYTES) : end;
      boolean mapped = end >= 0 && files.mappings.ofSealed();
      StoredBytes bytes = StoredBytes.of(file, length, mapped, false);
      return new Segment(files, id, kind, epoch, file, bytes, length, length, false);
    } catch (IOException | RuntimeException | Error e) {
      closeAfter(e, file);
      throw e;
    }
  }

  /** Says where the records end, before anybody else knows of the segment. */
  void settle(StoreFiles files, long foundEnd) throws IOException {
    end = foundEnd;
    bytes = StoredBytes.of(file, foundEnd, files.mappings.ofSealed(), false);
  }

  /** Returns a segment of a file of which nothing is known to be intact, the header neither. */
  static Segment ofUnchecked(StoreFiles files, int id, Kind kind, long epoch, DiskFile file)
      throws IOException {
    long size = Math.min(file.size(), Location.MAX_SEGMENT_BYTES);
    StoredBytes bytes = StoredBytes.of(file, size, false, false);
    return new Segment(files, id, kind, epoch, file, bytes, size, size, false);
  }

  /** Returns of which kind a segment is, by its header. */
  static Kind kind(byte[] header) {
    return LittleEndian.getInt(header, 36) == 0 ? Kind.LOG : Kind.RELOCATED;
  }

  /** Opens this segment, which ends where its file does, to go on appending to it. */
  Segment reopen(StoreFiles files, long newCapacity) throws IOException {
    DiskFile writable = files.open(path, true);
    try {
      StoredBytes mapped = StoredBytes.of(writable, newCapacity, files.mappings.ofGrowing(), true);
      return new Segment(files, id, kind, epoch, writable, mapped, newCapacity, end, true);
    } catch (RuntimeException | Error e) {
      closeAfter(e, writable);
      throw e;
    }
  }

  private static void closeAfter(Throwable error, DiskFile file) {
    try {
      file.close();
    } catch (IOException e) {
      error.addSuppressed(e);
    }
  }

  int id() {
    return id;
  }

  Kind kind() {
    return kind;
  }

  long epoch() {
    return epoch;
  }

  Path path() {
    return path;
  }

  Seal seal() {
    return seal;
  }

  long capacity() {
    return capacity;
  }

  boolean isMapped() {
    return bytes.isMapped();
  }

  long mappedBytes() {
    return bytes.mappedBytes();
  }

  /** Tells whether {@link #unmap} would give up a mapping. */
  boolean isMappedAndSealed() {
    allocating.lock();
    try {
      return trimmed && bytes.isMapped();
    } finally {
      allocating.unlock();
    }
  }

  /**
   * Goes on by calls, if this is mapped and nothing is appended any more; returns the mapping, to
   * be closed when nobody is reading by it.
   */
  @Nullable StoredBytes unmap() {
    allocating.lock();
    try {
      StoredBytes former = bytes;
      if (!trimmed || !former.isMapped()) {
        return null;
      }
      bytes = byCalls;
      return former;
    } finally {
      allocating.unlock();
    }
  }

  /** Returns where the records end. */
  long end() {
    return end;
  }

  /** Says where the records end, where that was found out by reading them. */
  void endAt(long offset) {
    end = offset;
  }

  /** Tells whether there is room for so many bytes more. */
  boolean hasRoom(long more) {
    return end + more <= capacity;
  }

  /** Tells whether the file has blocks for so many bytes more. */
  boolean isAllocated(long more) {
    return end + more <= allocated;
  }

  /**
   * Sees to it that the file has blocks for so many bytes more, as far as there is room for them.
   *
   * @param inAdvance whether to take some more
   * @throws IOException if not, as when the disk is full; nothing has changed
   */
  void allocate(long more, boolean inAdvance) throws IOException {
    allocating.lock();
    try {
      long wanted = Math.min(capacity, end + more);
      if (wanted > allocated && !trimmed) {
        allocate(wanted, inAdvance ? Math.max(wanted, ahead()) : wanted);
      }
    } finally {
      allocating.unlock();
    }
  }

  /** Tells whether most of what was allocated in advance is used. */
  boolean isLow() {
    long now = allocated;
    return now < capacity && now - end < step() / 2;
  }

  /**
   * Allocates blocks in advance, as far as the disk has them, unless somebody is about it.
   *
   * @param allowed asked whether that may be
   */
  void allocateAhead(BooleanSupplier allowed) throws IOException {
    if (allocating.tryLock()) {
      try {
        if (!trimmed && isLow() && allowed.getAsBoolean()) {
          allocate(allocated, ahead());
        }
      } finally {
        allocating.unlock();
      }
    }
  }

  /** Returns up to where blocks are to be allocated next. */
  private long ahead() {
    long target = allocated + step();
    long boundary = target - target % ZEROS.length;
    return Math.min(capacity, boundary > allocated ? boundary : target);
  }

  private long step() {
    long least = Math.min(LEAST_STEP_BYTES, capacity / LEAST_SHARE);
    long most = end < byCallsEnd ? MAX_FORCED_STEP_BYTES : MAX_STEP_BYTES;
    return Math.min(most, Math.max(least, allocated / 2));
  }

  /**
   * Writes zeros, none of them across a multiple of the length of the pieces: so the system can
   * keep each piece as one in memory, rather than as many small ones that it maps and forces one by
   * one.
   */
  private void allocate(long wanted, long target) throws IOException {
    long reached = allocated;
    try {
      while (reached < target) {
        int toBoundary = ZEROS.length - (int) (reached % ZEROS.length);
        int part = (int) Math.min(toBoundary, target - reached);
        file.write(reached, ZEROS, 0, part);
        bytes.touch(reached, part);
        reached += part;
        allocated = reached;
      }
    } catch (IOException e) {
      if (reached < wanted || !DiskFiles.isDiskFull(e)) {
        throw e;
      }
    }
  }

  /**
   * Appends a record, for which blocks are allocated. It can be read when {@link #endAt} has been
   * called; what fails midway is overwritten by the next one.
   */
  void write(long offset, byte[] header, byte[] key, byte[] value) throws IOException {
    StoredBytes target = offset < byCallsEnd ? byCalls : bytes;
    if (target.isMapped()) {
      target.write(offset, header, 0, header.length);
      target.write(offset + header.length, key, 0, key.length);
      target.write(offset + header.length + key.length, value, 0, value.length);
      return;
    }
    boolean isLong = value.length > MOST_COPIED_BYTES;
    byte[] record = new byte[header.length + key.length + (isLong ? 0 : value.length)];
    System.arraycopy(header, 0, record, 0, header.length);
    System.arraycopy(key, 0, record, header.length, key.length);
    if (!isLong) {
      System.arraycopy(value, 0, record, header.length + key.length, value.length);
    }
    target.write(offset, record, 0, record.length);
    if (isLong) {
      target.write(offset + record.length, value, 0, value.length);
    }
  }

  /** Appends bytes to a segment that nobody is reading, and that is not {@link Kind#LOG}. */
  void append(byte[] source, int length) throws IOException {
    long from = end;
    file.write(from, source, 0, length);
    end = from + length;
  }

  /**
   * Reads bytes.
   *
   * @throws CorruptionException if the segment ends before
   */
  void read(long offset, byte[] target, int at, int length) throws IOException {
    checkWithin(offset, length);
    try {
      bytes.read(offset, target, at, length);
    } catch (EOFException e) {
      throw cut(offset, e);
    }
  }

  /**
   * Reads bytes that are durable and will not be asked for again soon.
   *
   * @return whether they came past the cache of the system
   * @throws CorruptionException if the segment ends before
   */
  boolean readOnce(long offset, byte[] target, int at, int length) throws IOException {
    checkWithin(offset, length);
    try {
      return bytes.readOnce(offset, target, at, length);
    } catch (EOFException e) {
      throw cut(offset, e);
    }
  }

  private void checkWithin(long offset, int length) {
    if (offset + length > end) {
      throw new CorruptionException(
          "what should be here is " + length + " bytes, but the segment ends at " + end,
          path,
          offset,
          null);
    }
  }

  private CorruptionException cut(long offset, EOFException cause) {
    return new CorruptionException("the file is cut", path, offset, cause);
  }

  /** Returns how many bytes there are from an offset to the last one that is not zero. */
  long usedBytes(long from) throws IOException {
    byte[] part = new byte[ZEROS.length];
    long last = from;
    for (long at = from; at < end; at += part.length) {
      int count = (int) Math.min(part.length, end - at);
      read(at, part, 0, count);
      int used = usedBytes(part, count);
      last = used == 0 ? last : at + used;
    }
    return last - from;
  }

  /** Returns how many of the first bytes of an array there are to the last one that is not zero. */
  static int usedBytes(byte[] bytes, int count) {
    int used = count;
    while (used >= Long.BYTES && LittleEndian.getLong(bytes, used - Long.BYTES) == 0) {
      used -= Long.BYTES;
    }
    while (used > 0 && bytes[used - 1] == 0) {
      used--;
    }
    return used;
  }

  /** Returns bytes without copying them; {@code null} if they are not in memory. */
  @Nullable ByteBuffer slice(long offset, int length) {
    return bytes.slice(offset, length);
  }

  /** Gives back, once, what is allocated beyond the end; nothing is appended any more. */
  void trim() throws IOException {
    allocating.lock();
    try {
      if (!trimmed) {
        trimmed = true;
        file.truncate(end);
      }
    } finally {
      allocating.unlock();
    }
  }

  /**
   * Trims the segment, and goes on by a mapping that is only read, if it was mapped. Forcing pages
   * that a mapping may write to takes that right from one after the other, on all processors, and
   * costs more than writing them to the medium.
   *
   * @return the former mapping, to be closed when nobody is reading by it, if possible before the
   *     segment is forced
   */
  @Nullable StoredBytes seal(StoreFiles files) throws IOException {
    allocating.lock();
    try {
      StoredBytes former = bytes;
      boolean writable = !trimmed && former.isMapped();
      trim();
      if (!writable) {
        return null;
      }
      bytes = StoredBytes.of(file, end, files.mappings.ofSealed(), false);
      return former;
    } finally {
      allocating.unlock();
    }
  }

  /** Makes everything that was appended durable. */
  void force() throws IOException {
    long from = end;
    file.force();
    byCallsEnd = from + BY_CALLS_BYTES;
  }

  /**
   * Makes a segment durable to which nothing is appended any more, and gives up what writing takes.
   */
  void finish() throws IOException {
    force();
    file.finish();
  }

  /** Releases mapping and file. */
  void close() throws IOException {
    bytes.close();
    file.close();
  }
}
