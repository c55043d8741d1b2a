// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** New segments with copies of records, which keep their sequence numbers. For one thread. */
final class Relocation {
  private final StoreFiles files;
  private final long epoch;
  private final IntSupplier ids;
  private final long segmentBytes;
  private final List<Segment> created = new ArrayList<>();
  private final byte[] header = new byte[RecordFormat.HEADER_BYTES];

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
    byte[] key = scan.key();
    byte[] value = scan.value();
    Segment target = target(scan.recordBytes());
    long offset = target.end();
    RecordFormat.encode(
        header,
        scan.type(),
        0,
        scan.sequence(),
        key.length,
        value.length,
        scan.bodyCrc(),
        target.seal(),
        offset);
    target.allocate(scan.recordBytes());
    target.write(offset, header, key, value);
    target.endAt(offset + scan.recordBytes());
    return scan.locationIn(target, offset);
  }

  private Segment target(long bytes) throws IOException {
    Segment last = created.isEmpty() ? null : created.get(created.size() - 1);
    if (last != null && last.hasRoom(bytes)) {
      return last;
    }
    long capacity = Math.max(segmentBytes, StoreFiles.HEADER_BYTES + bytes);
    Segment next = Segment.create(files, ids.getAsInt(), Segment.Kind.RELOCATED, epoch, capacity);
    created.add(next);
    return next;
  }

  /** Returns one of the new segments. */
  Segment get(int id) {
    return created.stream().filter(segment -> segment.id() == id).findFirst().orElseThrow();
  }

  List<Segment> created() {
    return created;
  }

  /** Makes the copies durable, their names included. */
  void force() throws IOException {
    for (Segment segment : created) {
      segment.trim();
      segment.force();
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
