// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A walk over whatever is intact in a segment, and over what is not.
 *
 * <p>Where no record begins that was written for the place, it goes on at the next place where one
 * does. A record of a batch counts with the commit behind it, which tells by its number and its
 * count which records are its own, even if some of them are lost.
 */
final class Salvage {
  private final Segment segment;
  private final Sink sink;
  private final List<Pending> batch = new ArrayList<>();
  private long end = StoreFiles.HEADER_BYTES;
  private long greatestSequence;
  private long greatestJournal;
  private boolean isEnded;
  private boolean isDamaged;

  /** A record of a batch whose commit is still to come. */
  private record Pending(long offset, long bytes, long sequence) {}

  /** Who is told what is there. */
  interface Sink {
    /** A put or a tombstone that counts; the scan stands on it. */
    void record(RecordScan scan) throws IOException;

    /** The log was durable up to there. */
    void durable(Manifest.Position position);

    /** Something that is lost. */
    void lost(long offset, long bytes, String what);
  }

  /** Prepares a walk up to the end of a segment. */
  Salvage(Segment segment, Sink sink) {
    this.segment = segment;
    this.sink = sink;
  }

  void run() throws IOException {
    RecordScan scan = new RecordScan(segment, StoreFiles.HEADER_BYTES);
    RecordScan second = new RecordScan(segment, StoreFiles.HEADER_BYTES);
    long damagedFrom = -1;
    long at = StoreFiles.HEADER_BYTES;
    while (at + RecordFormat.HEADER_BYTES <= segment.end()) {
      scan.seek(at);
      if (!scan.next()) {
        damagedFrom = damagedFrom < 0 ? at : damagedFrom;
        at += Location.ALIGNMENT;
        continue;
      }
      if (damagedFrom >= 0) {
        lost(damagedFrom, at - damagedFrom, "no record can be read");
        damagedFrom = -1;
      }
      take(scan, second);
      at += scan.recordBytes();
      end = at;
    }
    endAt(damagedFrom < 0 ? at : damagedFrom);
  }

  private void take(RecordScan scan, RecordScan second) throws IOException {
    greatestSequence = Math.max(greatestSequence, scan.sequence());
    isEnded = scan.type() == RecordFormat.END;
    if (!scan.isBodyIntact()) {
      lost(scan.offset(), scan.recordBytes(), "a record with number " + scan.sequence());
      return;
    }
    switch (scan.type()) {
      case RecordFormat.PUT, RecordFormat.TOMBSTONE -> {
        if (scan.isInBatch()) {
          batch.add(new Pending(scan.offset(), scan.recordBytes(), scan.sequence()));
        } else {
          sink.record(scan);
        }
      }
      case RecordFormat.COMMIT, RecordFormat.JOURNALED_COMMIT -> commit(scan, second);
      case RecordFormat.MARK -> sink.durable(Replay.mark(scan));
      default -> {}
    }
  }

  private void commit(RecordScan commit, RecordScan second) throws IOException {
    long first = commit.sequence() - LittleEndian.getInt(commit.value(), 0);
    greatestJournal = Math.max(greatestJournal, RecordFormat.journal(commit.value()));
    for (Pending record : batch) {
      if (record.sequence < first) {
        loseUncommitted(record);
        continue;
      }
      second.seek(record.offset);
      if (second.next() && second.isBodyIntact()) {
        sink.record(second);
      } else {
        lost(record.offset, record.bytes, "a record that was intact a moment ago");
      }
    }
    batch.clear();
  }

  private void loseUncommitted(Pending record) {
    lost(record.offset, record.bytes, "a record of a batch whose commit is not there");
  }

  private void lost(long offset, long bytes, String what) {
    isDamaged = true;
    sink.lost(offset, bytes, what);
  }

  /** What is behind the last record was never written, if it is zero. */
  private void endAt(long lastEnd) throws IOException {
    end = lastEnd;
    long used = segment.usedBytes(lastEnd);
    if (used > 0) {
      lost(lastEnd, used, "no record can be read; perhaps it was being written at a crash");
    }
    batch.forEach(this::loseUncommitted);
    batch.clear();
  }

  /** Returns where the last record ends. */
  long end() {
    return end;
  }

  long greatestSequence() {
    return greatestSequence;
  }

  /** Returns the greatest number of a journaled batch. */
  long greatestJournal() {
    return greatestJournal;
  }

  /** Tells whether the last record says that the log goes on elsewhere. */
  boolean isEnded() {
    return isEnded;
  }

  /** Tells whether something was lost. */
  boolean isDamaged() {
    return isDamaged;
  }
}
