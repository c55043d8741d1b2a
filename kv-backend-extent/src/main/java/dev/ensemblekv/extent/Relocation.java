// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * New segments with copies of records, which keep their sequence numbers. They are written by
 * ordinary calls, as nobody reads them before they are finished. For one thread.
 */
final class Relocation {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final byte[] PADDING = new byte[Location.ALIGNMENT];

  private final StoreFiles files;
  private final long epoch;
  private final IntSupplier ids;
  private final long segmentBytes;
  private final List<Segment> created = new ArrayList<>();
  private final byte[] header = new byte[RecordFormat.HEADER_BYTES];

  /** What is to be written behind the end of the last segment. */
  private final byte[] buffer = new byte[BUFFER_BYTES];

  private int buffered;

  /**
   * Prepares a relocation.
   *
   * @param ids gives the numbers of the segments
   * @param segmentBytes most of a segment with more than one record
   */
  Relocation(StoreFiles files, long epoch, IntSupplier ids, long segmentBytes) {
    this.files = files;
    this.epoch = epoch;
    this.ids = ids;
    this.segmentBytes = segmentBytes;
  }

  /** Copies the record on which a scan stands; returns where it is now. */
  long copy(RecordScan scan) throws IOException {
    Segment target = target(scan.recordBytes());
    long offset = target.end() + buffered;
    RecordFormat.encode(
        header,
        scan.type(),
        0,
        scan.sequence(),
        scan.keyBytes(),
        scan.valueBytes(),
        scan.bodyCrc(),
        target.seal(),
        offset);
    append(header, 0, header.length);
    scan.body(this::append);
    int written = header.length + scan.keyBytes() + scan.valueBytes();
    append(PADDING, 0, (int) (scan.recordBytes() - written));
    return scan.locationIn(target, offset);
  }

  /** Writes up to multiples of the length of the buffer, as {@link Segment} does with zeros. */
  private void append(byte[] bytes, int offset, int length) throws IOException {
    Segment target = created.get(created.size() - 1);
    for (int done = 0; done < length; ) {
      int toBoundary = buffer.length - (int) ((target.end() + buffered) % buffer.length);
      int part = Math.min(length - done, toBoundary);
      System.arraycopy(bytes, offset + done, buffer, buffered, part);
      buffered += part;
      done += part;
      if (part == toBoundary) {
        write();
      }
    }
  }

  /** Writes what is in the buffer. */
  private void write() throws IOException {
    if (buffered > 0) {
      created.get(created.size() - 1).append(buffer, buffered);
      files.wrote(buffered);
      buffered = 0;
    }
  }

  private Segment target(long bytes) throws IOException {
    Segment last = created.isEmpty() ? null : created.get(created.size() - 1);
    if (last != null && last.hasRoom(buffered + bytes)) {
      return last;
    }
    write();
    long capacity = Math.max(segmentBytes, StoreFiles.HEADER_BYTES + bytes);
    Segment next = Segment.create(files, ids.getAsInt(), Segment.Kind.RELOCATED, epoch, capacity);
    created.add(next);
    return next;
  }

  /** Returns one of the new segments. */
  Segment get(int id) throws IOException {
    write();
    return created.stream().filter(segment -> segment.id() == id).findFirst().orElseThrow();
  }

  List<Segment> created() {
    return created;
  }

  /** Makes the copies durable, their names included. */
  void force() throws IOException {
    write();
    for (Segment segment : created) {
      segment.settle(files, segment.end());
      segment.finish();
    }
    if (!created.isEmpty()) {
      files.disk.syncDirectory(files.directory);
    }
  }

  /** Deletes the copies. */
  void abandon(@Nullable Throwable cause) {
    for (Segment segment : created) {
      try {
        segment.close();
        files.disk.delete(segment.path());
      } catch (IOException | RuntimeException e) {
        if (cause != null) {
          cause.addSuppressed(e);
        }
      }
    }
  }
}
