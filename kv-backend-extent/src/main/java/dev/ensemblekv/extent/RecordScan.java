// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** A walk over the records of a segment in the order of their offsets. For one thread. */
final class RecordScan {
  private static final int BUFFER_BYTES = 256 << 10;

  /** A direct read waits for the medium, which nobody has asked before. */
  private static final int DIRECT_BYTES = 1 << 20;

  private final Segment segment;
  private final boolean once;
  private final long limit;
  private final byte[] buffer;
  private long bufferedFrom;
  private int buffered;
  private long offset;
  private long next;
  private long directBytes;

  /** Begins at an offset, where a record begins or the segment ends. */
  RecordScan(Segment segment, long from) {
    this(segment, from, false);
  }

  private RecordScan(Segment segment, long from, boolean once) {
    this.segment = segment;
    this.once = once && !segment.isMapped();
    this.limit = segment.end();
    int most = this.once ? DIRECT_BYTES : BUFFER_BYTES;
    this.buffer = new byte[(int) Math.min(most, Math.max(0, limit - from))];
    this.bufferedFrom = from;
    this.offset = from;
    this.next = from;
  }

  /**
   * Begins a walk over all records of a segment that is durable, of which not much will be asked
   * for again soon: it leaves in the cache of the system what is there.
   */
  static RecordScan once(Segment segment) {
    return new RecordScan(segment, StoreFiles.HEADER_BYTES, true);
  }

  /**
   * Goes to the next record.
   *
   * @return {@code false} if none begins there that was written for this place, the end included
   */
  boolean next() throws IOException {
    offset = next;
    if (offset + RecordFormat.HEADER_BYTES > limit) {
      return false;
    }
    int at = load(RecordFormat.HEADER_BYTES);
    if (!RecordFormat.isHeader(buffer, at, segment.seal(), offset)) {
      return false;
    }
    long end = offset + RecordFormat.recordBytes(buffer, at);
    if (end > limit) {
      return false;
    }
    next = end;
    return true;
  }

  /** Sees to it that bytes from the offset on are in the buffer; returns where they are there. */
  private int load(int length) throws IOException {
    if (offset < bufferedFrom || offset + length > bufferedFrom + buffered) {
      buffered = (int) Math.min(buffer.length, limit - offset);
      read(offset, buffer, buffered);
      bufferedFrom = offset;
    }
    return (int) (offset - bufferedFrom);
  }

  private void read(long from, byte[] target, int length) throws IOException {
    if (!once) {
      segment.read(from, target, 0, length);
    } else if (segment.readOnce(from, target, 0, length)) {
      directBytes += length;
    }
  }

  /** Returns how many bytes came past the cache of the system. */
  long directBytes() {
    return directBytes;
  }

  private int header() {
    return (int) (offset - bufferedFrom);
  }

  /** Returns where the record is, or where none is. */
  long offset() {
    return offset;
  }

  /** Returns the location of the record, a put or a tombstone. */
  long location() {
    return locationIn(segment, offset);
  }

  /** Returns the location of a copy of the record. */
  long locationIn(Segment target, long at) {
    return type() == RecordFormat.TOMBSTONE
        ? Location.ofTombstone(target.id(), at)
        : Location.ofValue(target.id(), at, recordBytes());
  }

  /** Goes on at another offset. */
  void seek(long newOffset) {
    next = newOffset;
  }

  int type() {
    return RecordFormat.type(buffer, header());
  }

  boolean isInBatch() {
    return (RecordFormat.flags(buffer, header()) & RecordFormat.IN_BATCH) != 0;
  }

  long sequence() {
    return RecordFormat.sequence(buffer, header());
  }

  int bodyCrc() {
    return RecordFormat.bodyCrc(buffer, header());
  }

  int keyBytes() {
    return RecordFormat.keyBytes(buffer, header());
  }

  int valueBytes() {
    return RecordFormat.valueBytes(buffer, header());
  }

  int flags() {
    return RecordFormat.flags(buffer, header());
  }

  long recordBytes() {
    return next - offset;
  }

  /** Returns the key, unchecked. */
  byte[] key() throws IOException {
    return body(0, keyBytes());
  }

  /** Returns the value, unchecked. */
  byte[] value() throws IOException {
    return body(keyBytes(), valueBytes());
  }

  private byte[] body(int from, int length) throws IOException {
    int begin = RecordFormat.HEADER_BYTES + from;
    if ((long) begin + length <= buffer.length) {
      int at = load(begin + length) + begin;
      return Arrays.copyOfRange(buffer, at, at + length);
    }
    byte[] bytes = new byte[length];
    read(offset + begin, bytes, length);
    return bytes;
  }

  /** What takes key and value, one part after the other. */
  @FunctionalInterface
  interface Part {
    /** Takes the next part, which must not be kept. */
    void accept(byte[] bytes, int offset, int length) throws IOException;
  }

  /** Hands key and value to somebody, unchecked. */
  void body(Part sink) throws IOException {
    int length = keyBytes() + valueBytes();
    if ((long) RecordFormat.HEADER_BYTES + length <= buffer.length) {
      int at = load(RecordFormat.HEADER_BYTES + length);
      sink.accept(buffer, at + RecordFormat.HEADER_BYTES, length);
      return;
    }
    byte[] part = new byte[once ? DIRECT_BYTES : BUFFER_BYTES];
    for (int done = 0; done < length; done += part.length) {
      int count = Math.min(part.length, length - done);
      read(offset + RecordFormat.HEADER_BYTES + done, part, count);
      sink.accept(part, 0, count);
    }
  }

  /** Tells whether key and value are what was written. */
  boolean isBodyIntact() throws IOException {
    CRC32C crc = new CRC32C();
    body(crc::update);
    return (int) crc.getValue() == bodyCrc();
  }
}
