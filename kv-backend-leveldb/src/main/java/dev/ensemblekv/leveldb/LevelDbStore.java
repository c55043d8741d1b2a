// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.DurabilityLag;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.fusesource.leveldbjni.internal.NativeReadOptions;
import org.fusesource.leveldbjni.internal.NativeSnapshot;
import org.fusesource.leveldbjni.internal.NativeWriteBatch;
import org.fusesource.leveldbjni.internal.NativeWriteOptions;
import org.jspecify.annotations.Nullable;

/**
 * The store: an open database, with a guard of the free space before each write and a gate before
 * each native call.
 *
 * <p>Writes and batches are atomic and isolated by LevelDB, which also makes one write and one sync
 * of those that come at the same time. Comparing and setting is done under the stripes of the base.
 */
final class LevelDbStore extends AbstractKvStore implements JournaledStore {
  /** The key of the number of the last journaled batch: users' keys have a byte at least. */
  private static final byte[] JOURNAL_KEY = {};

  /** Of a batch in which there is nothing. */
  private static final long EMPTY_BATCH_BYTES = 12;

  private static final long UNKNOWN = -1;

  private final Opening opening;
  private final OpenDatabase database;
  private final SpaceGuard space;
  private final DurableFiles files;
  private final FigureSampler figures;
  private final KeyBound keys;
  private final long droppedBytes;
  private final NativeGate gate = new NativeGate();
  private final Set<LevelDbCursor> cursors = ConcurrentHashMap.newKeySet();

  /** Of the writes that LevelDB did not sync. */
  private final DurabilityLag lag;

  /** The bytes of the same writes, counted before they are begun. */
  private final AtomicLong begunBytes = new AtomicLong();

  private final LongAdder writtenBytes = new LongAdder();
  private volatile long journal = UNKNOWN;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LevelDbStore(KvOpenContext context, Opening opening) {
    super(context, LevelDbBackend.LIMITS, LevelDbBackend.FEATURES);
    this.opening = opening;
    this.database = opening.database();
    this.keys = new KeyBound(opening.keysBound());
    this.droppedBytes = opening.droppedBytes();
    this.lag = new DurabilityLag(context.executor()::nanoTime);
    this.files = new DurableFiles(context.disk(), opening.at());
    this.space =
        new SpaceGuard(
            context.disk(),
            opening.at(),
            context.option(LevelDbOptions.WRITE_BUFFER),
            () -> levelFigures().maxTableBytes());
    this.figures = new FigureSampler(context.executor(), this::levelFigures);
  }

  /** Creates a database, or reads, mends and opens one. */
  static LevelDbStore open(KvOpenContext context) {
    return new LevelDbStore(context, Opening.of(context));
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    gate.enter();
    try {
      return database.engine().get(OpenDatabase.READ, key);
    } catch (IOException e) {
      throw failure(e);
    } finally {
      gate.leave();
    }
  }

  /** Reads all of them at one point in time, so that no batch is seen in part. */
  @Override
  public List<byte @Nullable []> getAll(List<byte[]> wanted) {
    wanted.forEach(limits()::checkKey);
    List<byte @Nullable []> values = new ArrayList<>(wanted.size());
    gate.enter();
    try {
      NativeSnapshot snapshot = database.engine().getSnapshot();
      try {
        NativeReadOptions options =
            new NativeReadOptions().verifyChecksums(true).snapshot(snapshot);
        for (byte[] key : wanted) {
          values.add(database.engine().get(options, key));
        }
      } finally {
        database.engine().releaseSnapshot(snapshot);
      }
    } catch (IOException e) {
      throw failure(e);
    } finally {
      gate.leave();
    }
    return values;
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    long bytes = key.length + (value == null ? 0L : value.length);
    space.take(1, bytes);
    if (value == null) {
      write(sync, bytes, options -> database.engine().delete(options, key));
    } else {
      keys.add(1);
      write(sync, bytes, options -> database.engine().put(options, key, value));
    }
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    applyAll(batch, null, sync);
  }

  @Override
  public void writeJournaled(KvBatch batch, long number) {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    write(batch, () -> applyAll(batch, bytes, false));
    journal = number;
  }

  /** Reads it when it is first asked for, which only an ensemble does. */
  @Override
  public long journalNumber() {
    if (journal == UNKNOWN) {
      journal = readJournal();
    }
    return journal;
  }

  private long readJournal() {
    gate.enter();
    try {
      byte[] number = database.engine().get(OpenDatabase.READ, JOURNAL_KEY);
      return number != null && number.length == Long.BYTES ? ByteBuffer.wrap(number).getLong() : 0;
    } catch (IOException e) {
      throw failure(e);
    } finally {
      gate.leave();
    }
  }

  private void applyAll(KvBatch batch, byte @Nullable [] number, boolean sync) {
    long bytes = batch.bytes() + Long.BYTES;
    space.take(batch.count() + 1, bytes);
    write(
        sync,
        bytes,
        options -> {
          NativeWriteBatch updates = new NativeWriteBatch();
          try {
            keys.add(copy(batch, updates));
            if (number != null) {
              updates.put(JOURNAL_KEY, number);
            }
            database.engine().write(options, updates);
          } finally {
            updates.delete();
          }
        });
  }

  /** Returns the number of puts. */
  private static int copy(KvBatch batch, NativeWriteBatch updates) {
    int[] puts = new int[1];
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            updates.put(key, value);
            puts[0]++;
          }

          @Override
          public void delete(byte[] key) {
            updates.delete(key);
          }
        });
    return puts[0];
  }

  /** A write of LevelDB. */
  @FunctionalInterface
  private interface NativeWrite {
    void run(NativeWriteOptions options) throws IOException;
  }

  /** What was written before a synced write must not be lost where that survives. */
  private void write(boolean sync, long bytes, NativeWrite write) {
    if (sync) {
      long before = lag.mark();
      run(OpenDatabase.SYNC, write);
      durably(before, mark -> files.syncBehind(mark, begunBytes.get()));
    } else {
      begunBytes.addAndGet(bytes);
      run(OpenDatabase.NO_SYNC, write);
      lag.written(bytes);
    }
    writtenBytes.add(bytes);
  }

  /**
   * One that fails may be in the log all the same, and come to light when the store is reopened, so
   * that nothing may be written after it. LevelDB also tells so of compactions that failed.
   */
  private void run(NativeWriteOptions options, NativeWrite write) {
    gate.enter();
    try {
      write.run(options);
    } catch (IOException e) {
      throw fail(failure(e));
    } finally {
      gate.leave();
    }
  }

  private void durably(long mark, LongConsumer sync) {
    try {
      sync.accept(mark);
      lag.durable(mark);
    } catch (KvException e) {
      throw fail(e);
    }
  }

  private KvException failure(IOException error) {
    return Failures.of(error, context().directory());
  }

  @Override
  public long size() {
    long mark = keys.mark();
    long count = 0;
    try (KvCursor cursor = iterate()) {
      while (cursor.next()) {
        count++;
      }
    }
    keys.counted(count, mark);
    return count;
  }

  @Override
  public KvCursor iterate() {
    return scan(KeyRange.all());
  }

  @Override
  public KvCursor scan(KeyRange range) {
    gate.enter();
    try {
      LevelDbCursor cursor =
          new LevelDbCursor(
              database.engine().iterator(OpenDatabase.SCAN), this::failure, range, cursors::remove);
      cursors.add(cursor);
      return cursor;
    } finally {
      gate.leave();
    }
  }

  /**
   * Syncs all logs there are: LevelDB itself syncs only the one that it writes to, and only with a
   * write. What is no longer in a log is in a table that was synced before the log was deleted.
   */
  @Override
  public void flush() {
    checkNotFailed();
    askForFailures();
    durably(lag.mark(), files::sync);
  }

  /** LevelDB tells of failed compactions only who writes; so something empty is written. */
  private void askForFailures() {
    if (!context().isReadOnly() && space.hasRoom()) {
      run(OpenDatabase.NO_SYNC, this::writeNothing);
    }
  }

  private void writeNothing(NativeWriteOptions options) throws IOException {
    NativeWriteBatch nothing = new NativeWriteBatch();
    try {
      database.engine().write(options, nothing);
    } finally {
      nothing.delete();
    }
  }

  @Override
  public KvTask compact() {
    checkNotFailed();
    return KvTask.start(context().executor(), "compact", "slices", this::compact);
  }

  private void compact(KvTask.Progress progress) {
    List<KeyRange> slices = KeySlices.of(this::bytesBetween);
    progress.total(slices.size());
    for (KeyRange slice : slices) {
      compact(slice);
      progress.advance(1);
    }
    flush(); // throws what went wrong
  }

  /**
   * LevelDB begins a new log here, whether the last one has anything in it or not. So that one that
   * is empty and not the last is one that a crash emptied, something is written to it first. That
   * is made durable, or a loss of power would take it away from before synced writes. As nobody
   * else begins a log without writing to it, those who compact go one after the other.
   */
  private synchronized void compact(KeyRange slice) {
    space.checkRoom(); // here, as who was before may have taken what there was
    write(false, EMPTY_BATCH_BYTES, this::writeNothing);
    durably(lag.mark(), files::sync);
    gate.enter();
    try {
      database.engine().compactRange(slice.from().orElse(null), slice.to().orElse(null));
    } finally {
      gate.leave();
    }
  }

  private long bytesBetween(byte[] from, byte[] to) {
    gate.enter();
    try {
      return database.bytesBetween(from, to);
    } finally {
      gate.leave();
    }
  }

  /** Reads all pairs, then what LevelDB does not check of its files. */
  @Override
  public KvTask verify() {
    return KvTask.start(
        context().executor(),
        "verify",
        "keys",
        progress -> {
          FileChecks.run(context().disk(), context().directory(), progress);
          readAll(progress);
        });
  }

  private LevelFigures levelFigures() {
    if (!gate.tryEnter()) {
      return LevelFigures.NONE;
    }
    try {
      return LevelFigures.parse(database.engine().getProperty(LevelFigures.PROPERTY));
    } finally {
      gate.leave();
    }
  }

  @Override
  public KvStats stats() {
    KvStats.Builder stats =
        statsBuilder()
            .metric(
                KvMetric.upperBound(
                    KvMetric.KEYS,
                    keys.get(),
                    Unit.COUNT,
                    "Live keys at most: those last counted by size(), and all puts since."))
            .metric(
                KvMetric.gauge(
                    "droppedBytes",
                    droppedBytes,
                    Unit.BYTES,
                    "Bytes of torn ends of logs that were cut off when the store was opened."));
    LevelFigures levels = figures.get();
    levels.addTo(stats);
    database.addTo(stats, levels, writtenBytes.sum());
    lag.addTo(stats);
    return stats.build();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<KvException> problems = new ArrayList<>();
    attempt(problems, this::askForFailures);
    gate.shut();
    for (LevelDbCursor cursor : List.copyOf(cursors)) {
      cursor.closeByStore();
    }
    space.close();
    try {
      opening.close();
    } catch (IOException e) {
      problems.add(DiskFiles.failure("the copy that was read cannot be deleted", opening.at(), e));
    }
    if (!context().isReadOnly()) {
      attempt(problems, () -> files.closeCleanly(keys.get()));
    }
    if (!problems.isEmpty()) {
      throw problems.get(0);
    }
  }

  private void attempt(List<KvException> problems, Runnable action) {
    try {
      checkNotFailed();
      action.run();
    } catch (KvException e) {
      problems.add(e);
    }
  }
}
