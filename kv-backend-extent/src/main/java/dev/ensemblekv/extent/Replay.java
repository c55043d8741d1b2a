// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Reads the log behind the checkpoint into a memtable, and finds out where it ends.
 *
 * <p>The log ends where no intact record begins. If it is known to have been durable beyond, by the
 * manifest or by a mark in the log, even behind the place, then bytes are missing that once were
 * there: corruption. Else it is a torn tail, and what is behind it does not count.
 */
final class Replay {
  private static final int PART_BYTES = 64 << 10;

  private final Manifest manifest;
  private final List<Segment> log;
  private final KeyHash.Function hashes;
  private final Memtable memtable;

  private final List<Pending> batch = new ArrayList<>();
  private final CRC32C batchCrc = new CRC32C();
  private Manifest.Position durable;
  private long sequence;
  private long journal;
  private long replayed;

  /** A record of a batch whose commit is still to come. */
  private record Pending(KeyHash hash, long location) {}

  /**
   * Prepares a replay.
   *
   * @param log the segments of the log from that of the checkpoint on
   */
  Replay(Manifest manifest, List<Segment> log, KeyHash.Function hashes, Memtable memtable) {
    this.manifest = manifest;
    this.log = log;
    this.hashes = hashes;
    this.memtable = memtable;
    this.durable = manifest.durable();
    this.sequence = manifest.sequence();
    this.journal = manifest.journal();
  }

  Tail run() throws IOException {
    for (int i = 0; i < log.size(); i++) {
      Segment segment = log.get(i);
      Manifest.Position checkpoint = manifest.checkpoint();
      boolean first = segment.id() == checkpoint.segment();
      long from = first ? checkpoint.offset() : StoreFiles.HEADER_BYTES;
      long size = segment.end();
      long end = replay(segment, from, i == log.size() - 1);
      if (end >= 0) {
        return tail(i, end, size);
      }
    }
    Segment last = log.isEmpty() ? null : log.get(log.size() - 1);
    return new Tail(last, false, log, List.of(), sequence, journal, replayed, 0);
  }

  /** Returns where the log ends in the segment; negative if it goes on in the next one. */
  private long replay(Segment segment, long from, boolean isLast) throws IOException {
    RecordScan scan = new RecordScan(segment, from);
    long batchAt = -1;
    while (scan.next() && scan.isBodyIntact()) {
      boolean isCommit = RecordFormat.isCommit(scan.type());
      boolean fits = batchAt < 0 || scan.isInBatch() || isCommit;
      if (!fits || (isCommit && !isCommitOf(batch, scan))) {
        break;
      }
      sequence = Math.max(sequence, scan.sequence());
      switch (scan.type()) {
        case RecordFormat.PUT, RecordFormat.TOMBSTONE -> {
          Pending record = new Pending(hashes.of(scan.key()), scan.location());
          if (scan.isInBatch()) {
            batchAt = batchAt < 0 ? scan.offset() : batchAt;
            addToBatch(record, scan.bodyCrc());
          } else {
            enter(record);
          }
        }
        case RecordFormat.COMMIT, RecordFormat.JOURNALED_COMMIT -> {
          batch.forEach(this::enter);
          journal = Math.max(journal, RecordFormat.journal(scan.value()));
          clearBatch();
          batchAt = -1;
        }
        case RecordFormat.MARK -> see(mark(scan));
        default -> {
          segment.endAt(scan.offset() + scan.recordBytes());
          return -1;
        }
      }
      replayed += scan.recordBytes();
    }
    clearBatch();
    long end = batchAt < 0 ? scan.offset() : batchAt;
    boolean cutBefore = entry(segment).end() != Manifest.SegmentEntry.OPEN;
    if (cutBefore && end == segment.end() && !isLast) {
      return -1; // a recovery ended it here, and went on in the next one
    }
    return end;
  }

  private Manifest.SegmentEntry entry(Segment segment) {
    return manifest.segments().stream()
        .filter(entry -> entry.id() == segment.id())
        .findFirst()
        .orElseThrow();
  }

  private void addToBatch(Pending record, int bodyCrc) {
    batch.add(record);
    byte[] word = new byte[4];
    LittleEndian.putInt(word, 0, bodyCrc);
    batchCrc.update(word, 0, word.length);
  }

  private boolean isCommitOf(List<Pending> records, RecordScan scan) throws IOException {
    byte[] body = scan.value();
    long number = RecordFormat.journal(body);
    byte[] expected = RecordFormat.commitBody(records.size(), (int) batchCrc.getValue(), number);
    return java.util.Arrays.equals(expected, body);
  }

  private void clearBatch() {
    batch.clear();
    batchCrc.reset();
  }

  private void enter(Pending record) {
    memtable.enter(record.hash, record.location);
  }

  static Manifest.Position mark(RecordScan scan) throws IOException {
    byte[] body = scan.value();
    return new Manifest.Position(
        (int) LittleEndian.getLong(body, 0), LittleEndian.getLong(body, 8));
  }

  private void see(Manifest.Position position) {
    if (position.compareTo(durable) > 0) {
      durable = position;
    }
  }

  private Tail tail(int index, long end, long size) throws IOException {
    Segment last = log.get(index);
    List<Segment> behind = log.subList(index + 1, log.size());
    boolean isExact = end == size;
    long torn = seeBehind(last, end);
    for (Segment segment : behind) {
      torn += seeBehind(segment, StoreFiles.HEADER_BYTES);
    }
    Manifest.Position position = new Manifest.Position(last.id(), end);
    if (position.compareTo(durable) < 0) {
      throw new CorruptionException(
          "a record of the log is damaged that was durable, as the log was up to "
              + durable
              + "; restore the store from a copy, or save what is left by 'kv repair'",
          last.path(),
          end,
          null);
    }
    for (Segment segment : behind) {
      segment.endAt(StoreFiles.HEADER_BYTES);
    }
    last.endAt(end);
    boolean resumable =
        isExact
            && behind.isEmpty()
            && position.equals(manifest.durable())
            && entry(last).end() == Manifest.SegmentEntry.OPEN;
    return new Tail(
        last, resumable, log.subList(0, index + 1), behind, sequence, journal, replayed, torn);
  }

  /**
   * Looks for marks behind the end of the log, at every place where a record could begin.
   *
   * @return how many bytes there are to the last one that is not zero
   */
  private long seeBehind(Segment segment, long from) throws IOException {
    RecordScan scan = new RecordScan(segment, from);
    byte[] part = new byte[(int) Math.max(0, Math.min(PART_BYTES, segment.end() - from))];
    long used = 0;
    for (long at = from; at < segment.end(); at += PART_BYTES - RecordFormat.HEADER_BYTES) {
      int count = (int) Math.min(part.length, segment.end() - at);
      segment.read(at, part, 0, count);
      int usedOfPart = Segment.usedBytes(part, count);
      used = usedOfPart == 0 ? used : at + usedOfPart - from;
      for (int i = 0; i + RecordFormat.HEADER_BYTES <= usedOfPart; i += Location.ALIGNMENT) {
        if (RecordFormat.type(part, i) == RecordFormat.MARK) {
          scan.seek(at + i);
          if (scan.next() && scan.isBodyIntact()) {
            see(mark(scan));
          }
        }
      }
    }
    return used;
  }
}
