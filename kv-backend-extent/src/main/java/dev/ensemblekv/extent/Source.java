// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A segment that a {@link Repair} reads, which may be damaged anywhere. For one thread. */
final class Source {
  private static final int PROBED_BYTES = 1 << 20;

  /** Epochs that are tried, at least. */
  private static final long LIKELY_EPOCHS = 1000;

  private final StoreFiles files;
  private final Path path;
  private final DiskFile file;
  private final Manifest.@Nullable SegmentEntry entry;
  private final KvTask.Progress progress;
  private final boolean isHeaderIntact;
  private Segment segment;
  private long greatestSequence;
  private long greatestJournal;
  private long leastSequence = Long.MAX_VALUE;
  private long accountedFor = StoreFiles.HEADER_BYTES;
  private boolean hasEnd;
  private boolean isDamaged;
  private Manifest.Position durable = Manifest.Position.BEGINNING;

  /** Takes the records that count, where they are. */
  @FunctionalInterface
  interface Taker {
    /** Takes one, on which the scan stands. */
    void take(RecordScan scan, long location) throws IOException;
  }

  /** Takes records to copy them. */
  @FunctionalInterface
  interface Copier {
    /** Takes one, on which the scan stands. */
    void take(RecordScan scan) throws IOException;
  }

  private Source(
      StoreFiles files,
      Path path,
      DiskFile file,
      Manifest.@Nullable SegmentEntry entry,
      KvTask.Progress progress,
      boolean isHeaderIntact,
      Segment segment) {
    this.files = files;
    this.path = path;
    this.file = file;
    this.entry = entry;
    this.progress = progress;
    this.isHeaderIntact = isHeaderIntact;
    this.segment = segment;
  }

  /**
   * Opens a segment.
   *
   * @param entry what the manifest says of it, if there is one
   * @param progress is told what is lost
   * @throws java.nio.file.NoSuchFileException if it is missing
   */
  static Source open(
      StoreFiles files, int id, Manifest.@Nullable SegmentEntry entry, KvTask.Progress progress)
      throws IOException {
    Path path = files.path(Segment.name(id));
    DiskFile file = new TolerantFile(files.disk.openReadOnly(path));
    try {
      byte[] header = files.findHeader(file, path, Segment.MAGIC, id);
      long found = header == null ? 0 : StoreFiles.epoch(header);
      long epoch = entry == null ? found : entry.epoch();
      Segment.Kind kind =
          entry != null ? entry.kind() : header == null ? Segment.Kind.LOG : Segment.kind(header);
      Segment segment = Segment.ofUnchecked(files, id, kind, epoch, file);
      boolean intact = header != null && found == epoch;
      Source source = new Source(files, path, file, entry, progress, intact, segment);
      if (!intact) {
        source.lost(0, StoreFiles.HEADER_BYTES, "the header of the file");
      }
      return source;
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Finds out by its records of which epoch a segment is, if nothing else tells.
   *
   * @param last the last known epoch of each branch
   */
  void guessEpoch(List<Long> last) throws IOException {
    if (isHeaderIntact || entry != null) {
      return;
    }
    long[] epochs =
        LongStream.concat(
                last.stream()
                    .flatMapToLong(epoch -> LongStream.rangeClosed(first(epoch), epoch + 1)),
                last.stream()
                    .flatMapToLong(
                        epoch -> LongStream.rangeClosed(epoch + 2, first(epoch) + LIKELY_EPOCHS)))
            .toArray();
    for (long epoch : epochs) {
      Segment guess = Segment.ofUnchecked(files, id(), Segment.Kind.LOG, epoch, file);
      guess.endAt(Math.min(guess.end(), PROBED_BYTES));
      if (hasRecord(guess)) {
        segment = Segment.ofUnchecked(files, id(), Segment.Kind.LOG, epoch, file);
        return;
      }
    }
  }

  private static long first(long epoch) {
    return Epochs.first(Epochs.branch(epoch));
  }

  private static boolean hasRecord(Segment segment) throws IOException {
    RecordScan scan = new RecordScan(segment, StoreFiles.HEADER_BYTES);
    for (long at = StoreFiles.HEADER_BYTES; at < segment.end(); at += Location.ALIGNMENT) {
      scan.seek(at);
      if (scan.next() && scan.isBodyIntact()) {
        return true;
      }
    }
    return false;
  }

  /** Reads all there is. */
  void read(Taker taker) throws IOException {
    long end = entry == null ? Manifest.SegmentEntry.OPEN : entry.end();
    long size = segment.end();
    if (end != Manifest.SegmentEntry.OPEN) {
      segment.endAt(Math.min(size, end));
    }
    Salvage salvage =
        new Salvage(
            segment,
            new Salvage.Sink() {
              @Override
              public void record(RecordScan scan) throws IOException {
                leastSequence = Math.min(leastSequence, scan.sequence());
                taker.take(scan, scan.location());
              }

              @Override
              public void durable(Manifest.Position position) {
                durable = position.compareTo(durable) > 0 ? position : durable;
              }

              @Override
              public void lost(long offset, long bytes, String what) {
                Source.this.lost(offset, bytes, what);
              }
            });
    salvage.run();
    greatestSequence = salvage.greatestSequence();
    greatestJournal = salvage.greatestJournal();
    hasEnd = salvage.isEnded() || end != Manifest.SegmentEntry.OPEN;
    accountedFor = Math.max(accountedFor, salvage.end());
    if (accountedFor < end) {
      lost(accountedFor, end - accountedFor, "the end of the file");
    }
    if (!isDamaged) {
      segment.endAt(salvage.end());
    }
  }

  /** Reads again what counts. */
  void readAgain(Copier copier) throws IOException {
    new Salvage(
            segment,
            new Salvage.Sink() {
              @Override
              public void record(RecordScan scan) throws IOException {
                copier.take(scan);
              }

              @Override
              public void durable(Manifest.Position position) {}

              @Override
              public void lost(long offset, long bytes, String what) {}
            })
        .run();
  }

  /**
   * Finds out whether the end is missing.
   *
   * @param known up to where the log was durable
   * @param later the segments behind
   */
  void checkEnd(Manifest.Position known, Collection<Source> later) {
    if (segment.kind() != Segment.Kind.LOG || hasEnd) {
      return;
    }
    if (known.segment() == id() && accountedFor < known.offset()) {
      lost(accountedFor, known.offset() - accountedFor, "the end of the log, which was durable");
    } else if (!isDamaged && later.stream().anyMatch(this::goesOnIn)) {
      isDamaged = true;
      progress.problem(
          "at byte " + accountedFor + ": the end of the file is lost, of unknown length", path);
    }
  }

  /** The log does not go on in another segment of the same epoch without saying so. */
  private boolean goesOnIn(Source other) {
    return other.segment.kind() == Segment.Kind.LOG
        && other.epoch() == epoch()
        && other.greatestSequence > 0;
  }

  private void lost(long offset, long bytes, String what) {
    isDamaged = true;
    accountedFor = Math.max(accountedFor, offset + bytes);
    progress.problem("at byte " + offset + ": " + bytes + " bytes are lost: " + what, path);
  }

  Manifest.Position durable(Manifest.Position other) {
    return durable.compareTo(other) > 0 ? durable : other;
  }

  Manifest.SegmentEntry entry(Usage usage) {
    long floor = entry == null ? leastSequence : entry.floor();
    int halvings = entry == null ? 0 : entry.halvings();
    return new Manifest.SegmentEntry(
        id(),
        segment.kind(),
        segment.epoch(),
        segment.end(),
        floor,
        usage,
        halvings,
        entry != null && entry.copied());
  }

  int id() {
    return segment.id();
  }

  long epoch() {
    return segment.epoch();
  }

  Path path() {
    return path;
  }

  Segment segment() {
    return segment;
  }

  long greatestSequence() {
    return greatestSequence;
  }

  long greatestJournal() {
    return greatestJournal;
  }

  boolean isDamaged() {
    return isDamaged;
  }

  void close() throws IOException {
    file.close();
  }
}
