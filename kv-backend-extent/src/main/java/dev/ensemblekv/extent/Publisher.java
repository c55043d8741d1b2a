// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes frozen memtables as runs, the oldest first, and moves the checkpoint behind them.
 *
 * <p>Before the manifest names the run, the log is durable as far as the run knows it, and the run
 * is durable with its name.
 */
final class Publisher {
  /** So many entries are copied at a time. */
  private static final int PART_ENTRIES = 16 << 10;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final Log log;
  private final Log.Events events;
  private final ReentrantLock publishing = new ReentrantLock();

  Publisher(
      StoreFiles files,
      Catalog catalog,
      Segments segments,
      Index index,
      Log log,
      Log.Events events) {
    this.files = files;
    this.catalog = catalog;
    this.segments = segments;
    this.index = index;
    this.log = log;
    this.events = events;
  }

  /** Publishes the oldest frozen memtable; returns whether there was one. */
  boolean publishOldest() throws IOException {
    publishing.lock();
    try {
      List<Index.Frozen> frozen = index.current().frozen();
      if (frozen.isEmpty()) {
        return false;
      }
      publish(frozen.get(frozen.size() - 1));
      return true;
    } finally {
      publishing.unlock();
    }
  }

  /**
   * Publishes everything that was written so far; returns a manifest of just that, which leaves
   * nothing of the log to be replayed. No file that it names changes any more.
   */
  Manifest publishAll() throws IOException {
    publishing.lock();
    try {
      Index.Frozen newest = log.rollAndFreeze();
      List<Index.Frozen> frozen = index.current().frozen();
      for (int i = frozen.size() - 1; i >= 0; i--) {
        publish(frozen.get(i));
        if (frozen.get(i).equals(newest)) {
          break;
        }
      }
      return catalog.current().settled();
    } finally {
      publishing.unlock();
    }
  }

  private void publish(Index.Frozen frozen) throws IOException {
    log.forceRolled(); // first, as to force them in the background costs less
    log.force(frozen.sequence());
    if (frozen.table().isEmpty()) {
      moveCheckpoint(frozen);
      return;
    }
    Run run = write(frozen.table());
    edit(run, manifest -> withRun(manifest, Manifest.RunEntry.of(run), frozen));
    log.locked(
        () -> {
          List<Run> runs = new ArrayList<>();
          runs.add(run);
          runs.addAll(index.current().runs());
          index.publish(frozen, runs);
        });
  }

  private void moveCheckpoint(Index.Frozen frozen) throws IOException {
    try {
      catalog.edit(manifest -> covering(manifest, frozen));
    } catch (DiskFiles.PublishException e) {
      throw events.failed("the manifest cannot be made durable", files.directory, e);
    }
    log.locked(() -> index.publish(frozen, index.current().runs()));
  }

  private Run write(Memtable table) throws IOException {
    int id = catalog.reserveRun();
    long epoch = catalog.current().epoch();
    int count = table.count();
    try (RunWriter writer =
        index.current().runs().isEmpty()
            ? new RunWriter(files, id, epoch, count)
            : RunWriter.filtered(files, id, epoch, count)) {
      for (HashRange part : HashRange.parts(count / PART_ENTRIES + 1)) {
        add(table.entries(part), writer);
      }
      return writer.finish();
    }
  }

  private static void add(Entries entries, RunWriter writer) throws IOException {
    for (int i = 0; i < entries.count(); i++) {
      writer.add(entries.order(i), entries.routing(i), entries.location(i));
    }
  }

  private Manifest withRun(Manifest manifest, Manifest.RunEntry entry, Index.Frozen frozen) {
    List<Manifest.RunEntry> runs = new ArrayList<>();
    runs.add(entry);
    runs.addAll(manifest.runs());
    return covering(manifest.withRuns(runs), frozen);
  }

  private Manifest covering(Manifest manifest, Index.Frozen frozen) {
    return manifest
        .withCheckpoint(frozen.end(), frozen.sequence(), frozen.journal())
        .withDeltas(frozen.table().deltas())
        .mapSegments(segment -> passed(segment, frozen.end()));
  }

  /** What is behind the checkpoint is not read again to find out where it ends. */
  private Manifest.SegmentEntry passed(Manifest.SegmentEntry entry, Manifest.Position checkpoint) {
    boolean passed = entry.end() == Manifest.SegmentEntry.OPEN && entry.id() < checkpoint.segment();
    return passed ? entry.endingAt(segments.get(entry.id()).end()) : entry;
  }

  /** Replaces the manifest by one that names a new run. */
  void edit(Run run, java.util.function.UnaryOperator<Manifest> change) throws IOException {
    try {
      catalog.edit(change);
    } catch (DiskFiles.PublishException e) {
      throw events.failed("the manifest cannot be made durable", run.path(), e);
    } catch (IOException | RuntimeException | Error e) {
      try {
        run.close();
        files.disk.delete(run.path());
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }
}
