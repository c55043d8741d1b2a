// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvBean;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store: a {@link Log} that writes, an {@link Index} that finds, and an {@link Upkeep} that
 * sees to both.
 */
final class ExtentStore extends AbstractKvStore implements JournaledStore {
  private static final Logger LOG = LoggerFactory.getLogger(ExtentStore.class);

  /** A log of so few bytes and records is read again at the next opening, not written as a run. */
  private static final long SMALL_REPLAY_BYTES = 1 << 20;

  private static final long SMALL_REPLAY_RECORDS = 1000;

  private final Parts parts;

  ExtentStore(KvOpenContext context, Parts.Found found) {
    super(context, ExtentBackend.LIMITS, ExtentBackend.FEATURES);
    this.parts = new Parts(context, found, new OwnHealth());
  }

  /** What the store tells its parts of its state. */
  private final class OwnHealth implements Health {
    @Override
    public boolean hasFailed() {
      return ExtentStore.this.hasFailed();
    }

    @Override
    public void checkNotFailed() {
      ExtentStore.this.checkNotFailed();
    }

    @Override
    public KvException failed(String what, Path path, Throwable cause) {
      return fail(
          new KvException(
              what + ": " + cause.getMessage() + "; close the store and open it again",
              path,
              cause));
    }
  }

  Parts parts() {
    return parts;
  }

  /** Merges the index into one run, which tells what is dead, and gives all that back. */
  @Override
  public KvTask compact() {
    return KvTask.start(
        context().executor(),
        "compact",
        "segments",
        progress -> {
          try {
            parts.upkeep.exclusively(() -> parts.chores.compactAll(progress));
          } catch (IOException e) {
            throw DiskFiles.failure("the store cannot be compacted", context().directory(), e);
          }
        });
  }

  /**
   * Gives the files second names, and so takes no time to speak of and no space, where the
   * directory is on the same file system; else copies them.
   */
  @Override
  public KvTask checkpoint(Path directory) {
    return context()
        .checkpoint(directory, "files", progress -> makeCheckpoint(directory, progress));
  }

  private void makeCheckpoint(Path directory, KvTask.Progress progress) {
    int pin = parts.pins.enter(); // what is taken out of the manifest meanwhile is deleted later
    try {
      checkNotFailed();
      Manifest settled =
          context().isReadOnly() ? parts.catalog.current() : parts.publisher.publishAll();
      Manifest manifest = settled.withEpoch(Epochs.first(Epochs.drawBranch(context().random())));
      progress.total(manifest.segments().size() + manifest.runs().size());
      new Checkpoint(parts.files, parts.files.in(directory)).run(manifest, progress::advance);
    } catch (IOException e) {
      throw DiskFiles.failure("the checkpoint cannot be made", directory, e);
    } finally {
      parts.pins.leaveAfterLong(pin);
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    return parts.lookup.value(key);
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> kvReader) {
    limits().checkKey(key);
    return parts.lookup.read(key, kvReader);
  }

  @Override
  public boolean exists(byte[] key) {
    limits().checkKey(key);
    return parts.lookup.isPresent(parts.hashes.of(key));
  }

  @Override
  protected boolean isAtomic() {
    return true;
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    parts.writes.put(key, value, sync);
  }

  @Override
  protected boolean applyIf(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    return parts.writes.replace(key, expected, replacement, sync);
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    parts.writes.putAll(batch, 0, sync);
  }

  @Override
  public void writeJournaled(KvBatch batch, long number) {
    write(batch, () -> parts.writes.putAll(batch, number, false));
  }

  @Override
  public long journalNumber() {
    return parts.log.journal();
  }

  @Override
  public void flush() {
    checkNotFailed();
    if (!context().isReadOnly()) {
      parts.log.force(parts.log.sequence());
      parts.upkeep.throwUntold();
    }
  }

  @Override
  public KvCursor iterate() {
    return new ExtentCursor(parts.lookup);
  }

  /** Reads the whole index, 28 bytes a key, and no record. */
  @Override
  public long size() {
    long keys = 0;
    for (HashRange part : parts.lookup.parts()) {
      Entries entries = parts.lookup.entries(part);
      for (int i = 0; i < entries.count(); i++) {
        keys += Location.isTombstone(entries.location(i)) ? 0 : 1;
      }
    }
    return keys;
  }

  @Override
  public KvTask verify() {
    return KvTask.start(context().executor(), "verify", "keys", this::verify);
  }

  private void verify(KvTask.Progress progress) {
    expectAllKeys(progress);
    int pin = parts.pins.enter(); // so that no file is closed while it is read
    try {
      new Verification(parts.lookup, parts.segments, parts.index.current().runs(), parts.hashes)
          .run(progress);
    } finally {
      parts.pins.leaveAfterLong(pin);
    }
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    if (type == KvBean.Source.class) {
      KvBean.Source source =
          stats ->
              List.of(
                  new KvBean(
                      ExtentBackend.ENGINE_BEAN, ExtentEngineMXBean.class, parts.compactionRate));
      return Optional.of(type.cast(source));
    }
    return type == DivisibleStore.class && !context().isReadOnly()
        ? Optional.of(type.cast(parts.division))
        : super.unwrap(type);
  }

  @Override
  public KvStats stats() {
    KvStats.Builder stats = statsBuilder();
    KvException problem = parts.upkeep.problem();
    if (problem != null && !hasFailed()) {
      stats.state(KvState.DEGRADED, "background work fails: " + problem.getMessage());
    }
    ExtentMetrics.of(parts.index.current(), parts.catalog.current(), parts.tail, parts.backpressure)
        .forEach(stats::metric);
    ExtentMetrics.ofFiles(
            parts.catalog.current(),
            parts.segments.all(),
            parts.index.current().runs(),
            parts.files,
            parts.log.durable())
        .forEach(stats::metric);
    ExtentMetrics.ofMemory(parts.index.current(), parts.segments.all()).forEach(stats::metric);
    long sinceForced = parts.events.nanosSinceForced();
    if (sinceForced >= 0) {
      stats.metric(ExtentMetrics.syncAge(sinceForced));
    }
    return stats.build();
  }

  @Override
  public void close() {
    parts.upkeep.close();
    parts.budget.close();
    IOException failure = null;
    RuntimeException cause = null;
    try {
      if (!context().isReadOnly() && !hasFailed()) {
        end();
      }
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) {
      cause = e;
    }
    failure = closeFiles(failure);
    if (cause != null) {
      throw cause;
    }
    if (failure != null) {
      throw DiskFiles.failure("the store was not closed well", context().directory(), failure);
    }
    checkNotFailed();
  }

  /** Leaves little or nothing to be replayed; on a full disk that may be more. */
  private void end() throws IOException {
    parts.log.force(parts.log.sequence());
    try {
      parts.chores.publishFrozen(() -> {});
      if (parts.log.isBegun() && !isReplaySmall()) {
        parts.log.freeze();
        parts.chores.publishFrozen(() -> {});
      }
      parts.log.end();
    } catch (IOException e) {
      if (!DiskFiles.isDiskFull(e)) {
        throw e;
      }
      LOG.warn(
          "the disk of store '{}' is full: all that was written is safe in its log, which the next"
              + " opening replays",
          context().storeName());
    }
  }

  /** What a record costs to read again is more than its bytes. */
  private boolean isReplaySmall() {
    long records = parts.log.sequence() - parts.catalog.current().sequence();
    return parts.log.bytesSinceFreeze() <= SMALL_REPLAY_BYTES && records <= SMALL_REPLAY_RECORDS;
  }

  private @Nullable IOException closeFiles(@Nullable IOException before) {
    IOException failure = before;
    parts.mappings.close();
    parts.pins.disposeOfWhatCanBe();
    for (Run run : parts.index.current().runs()) {
      failure = close(run::close, failure);
    }
    for (Segment segment : parts.segments.all()) {
      failure = close(segment::close, failure);
    }
    return failure;
  }

  private static @Nullable IOException close(Upkeep.Work close, @Nullable IOException before) {
    try {
      close.run();
      return before;
    } catch (IOException e) {
      if (before != null) {
        before.addSuppressed(e);
        return before;
      }
      return e;
    }
  }
}
