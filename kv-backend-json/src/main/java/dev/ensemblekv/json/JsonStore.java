// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The store: pairs in memory, a persister that brings them to the data file, and a janitor that
 * sees to it.
 *
 * <p>Writers take turns in {@link Pairs}, so that no locks are held during a persist, which
 * synchronous writers share.
 */
final class JsonStore extends AbstractKvStore implements JournaledStore {
  private final Pairs pairs;
  private final Persister persister;
  private final Janitor janitor;
  private final boolean readOnly;

  private JsonStore(KvOpenContext context, Pairs pairs, Persister persister) {
    super(context, JsonBackend.LIMITS, JsonBackend.FEATURES);
    this.pairs = pairs;
    this.persister = persister;
    this.janitor =
        new Janitor(context.executor(), persister, context.option(JsonOptions.PERSIST_INTERVAL));
    this.readOnly = context.isReadOnly();
  }

  /** Creates the file of a new store, or reads that of an old one. */
  static JsonStore open(KvOpenContext context) {
    Pairs pairs = new Pairs();
    DataFile file = new DataFile(context.disk(), context.directory(), context.storeId());
    Persister persister = new Persister(pairs, file, context.executor());
    JsonStore store = new JsonStore(context, pairs, persister);
    if (context.isNew()) {
      persister.create();
    } else {
      store.load(file);
    }
    return store;
  }

  private void load(DataFile file) {
    try {
      DataFileReader.Result result =
          file.read(pairs::load, context().option(JsonOptions.ACCEPT_EDIT));
      pairs.loadJournal(result.journal());
      persister.loaded(result);
      if (!readOnly) {
        file.settle();
        if (result.edited()) {
          pairs.touch();
          janitor.wake();
        }
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the data file cannot be read", file.path(), e);
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    byte[] value = pairs.get(key);
    return value == null ? null : value.clone();
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    limits().checkKey(key);
    byte[] value = pairs.get(key);
    return value == null ? null : reader.read(ByteBuffer.wrap(value).asReadOnlyBuffer());
  }

  @Override
  public boolean exists(byte[] key) {
    limits().checkKey(key);
    return pairs.get(key) != null;
  }

  @Override
  protected boolean isAtomic() {
    return true;
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    checkWritable(sync);
    changed(pairs.change(key, value), sync);
  }

  @Override
  protected boolean applyIf(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    checkWritable(sync);
    long changes = pairs.compareAndSet(key, expected, replacement);
    if (changes != Pairs.MISMATCH) {
      changed(changes, sync);
    }
    return changes != Pairs.MISMATCH;
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    checkWritable(sync);
    changed(pairs.changeAll(batch), sync);
  }

  @Override
  public void writeJournaled(KvBatch batch, long number) {
    write(
        batch,
        () -> {
          checkWritable(false);
          changed(pairs.changeAll(batch, number), false);
        });
  }

  @Override
  public long journalNumber() {
    return pairs.figures().journal();
  }

  /** A synchronous write need not hear of failures before it: it persists by itself. */
  private void checkWritable(boolean sync) {
    assert !readOnly : "the guard lets no write through to a store that is open for reading";
    if (!sync) {
      persister.throwUntold();
    }
  }

  private void changed(long changes, boolean sync) {
    if (sync) {
      makeDurable(changes);
    } else {
      janitor.wake();
    }
  }

  private void makeDurable(long changes) {
    try {
      persister.persist(changes);
    } finally {
      janitor.review();
    }
  }

  @Override
  public long size() {
    return pairs.figures().keys();
  }

  @Override
  public KvCursor iterate() {
    return scan(KeyRange.all());
  }

  @Override
  public KvCursor scan(KeyRange range) {
    return new PairCursor(pairs.iterator(range));
  }

  @Override
  public void flush() {
    if (!readOnly) {
      makeDurable(pairs.figures().changes());
    }
  }

  /** Reads all pairs in memory, then the file. */
  @Override
  public KvTask verify() {
    return KvTask.start(
        context().executor(),
        "verify",
        "keys",
        progress -> {
          readAll(progress);
          persister.verify(progress);
        });
  }

  @Override
  public KvStats stats() {
    Pairs.Figures figures = pairs.figures();
    Persister.Status status = persister.status();
    KvStats.Builder stats = statsBuilder();
    if (status.failure() != null) {
      stats.state(KvState.DEGRADED, "changes cannot be persisted: " + status.failure().cause());
    }
    persister
        .persistedAgeNanos()
        .ifPresent(
            age ->
                stats.metric(
                    nanos(KvMetric.LAST_SYNC_AGE, age, "Time since the data file was written.")));
    return stats
        .metric(count(KvMetric.KEYS, figures.keys(), "Number of live keys."))
        .metric(bytes(KvMetric.LIVE_BYTES, figures.liveBytes(), "Bytes of live keys and values."))
        .metric(
            KvMetric.estimate(
                "pairs" + KvMetric.MEMORY_BYTES,
                (double) figures.liveBytes(),
                KvMetric.Unit.BYTES,
                "Bytes of keys and values on the heap, without what a map takes for each."))
        .metric(bytes(KvMetric.DISK_BYTES, status.fileBytes(), "Bytes of the data file."))
        .metric(
            KvMetric.counter(
                KvMetric.DISK_WRITTEN_BYTES,
                status.writtenBytes(),
                KvMetric.Unit.BYTES,
                "Bytes written to the data file, which is written anew each time."))
        .metric(count(KvMetric.OPEN_FILES, 0, "Files that are open, but for while one is written."))
        .metric(count("dirtyChanges", persister.dirtyChanges(), "Changes that are in memory only."))
        .metric(total("persists", status.persists(), "How often the data file was written."))
        .metric(total("failedPersists", status.failures(), "How often writing it failed."))
        .metric(nanos("lastPersistNanos", status.lastNanos(), "How long the last persist took."))
        .metric(
            nanos(
                "persistWindowNanos",
                janitor.windowNanos(),
                "How long a change may be in memory only, if the next persist takes as long as the"
                    + " last one and does not fail."))
        .build();
  }

  private static KvMetric count(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.COUNT, text);
  }

  private static KvMetric bytes(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.BYTES, text);
  }

  private static KvMetric nanos(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.NANOSECONDS, text);
  }

  private static KvMetric total(String name, long value, String text) {
    return KvMetric.counter(name, value, KvMetric.Unit.COUNT, text);
  }

  /** Releases everything, also if the last persist fails: then what is dirty is lost. */
  @Override
  public void close() {
    janitor.close();
    if (!readOnly) {
      persister.close();
    }
  }
}
