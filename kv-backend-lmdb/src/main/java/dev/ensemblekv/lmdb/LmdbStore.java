// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.DurabilityLag;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvOpenContext;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The store: reads by {@link Readers}, writes by the {@link Committer}. */
final class LmdbStore extends AbstractKvStore implements JournaledStore {
  private final Database database;
  private final Failures failures;
  private final Readers readers;
  private final Values values;
  private final Committer committer;
  private final LmdbStats stats;
  private final boolean zeroCopy;

  LmdbStore(KvOpenContext context, Database database, Failures failures) {
    super(context, LmdbBackend.LIMITS, features(context));
    this.database = database;
    this.failures = failures;
    this.readers = new Readers(database, failures);
    this.values = new Values(database, failures, context.option(LmdbOptions.CHECKSUM));
    DurabilityLag lag = new DurabilityLag(context.executor()::nanoTime);
    this.committer =
        new Committer(
            database,
            readers,
            values,
            failures,
            new Latch(),
            context.option(LmdbOptions.DURABILITY),
            context.option(LmdbOptions.GROWTH_WAIT),
            lag);
    this.stats = new LmdbStats(database, readers, committer, lag);
    this.zeroCopy = context.option(LmdbOptions.ZERO_COPY) && !values.checksummed();
  }

  /** What a loss of power can destroy is not persistent, and no batch in it is atomic. */
  private static Set<KvFeature> features(KvOpenContext context) {
    Set<KvFeature> features = EnumSet.copyOf(LmdbBackend.FEATURES);
    if (!context.option(LmdbOptions.CHECKSUM)) {
      features.remove(KvFeature.CHECKSUMMED_VALUES);
    }
    if (context.option(LmdbOptions.DURABILITY) == LmdbOptions.Sync.NOSYNC) {
      features.remove(KvFeature.PERSISTENT);
      features.remove(KvFeature.SYNC_WRITES);
      features.remove(KvFeature.ATOMIC_BATCH);
    }
    return features;
  }

  /** The latch of the base class, for the committer. */
  private final class Latch implements Committer.Latch {
    @Override
    public KvException fail(KvException cause) {
      return LmdbStore.this.fail(cause);
    }

    @Override
    public void check() {
      checkNotFailed();
    }
  }

  @Override
  protected boolean isAtomic() {
    return true;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    return reading(reader -> get(reader, key));
  }

  private byte @Nullable [] get(Reader reader, byte[] key) {
    Slice stored = find(reader, key);
    return stored == null ? null : values.get(key, stored);
  }

  private @Nullable Slice find(Reader reader, byte[] key) {
    try {
      return database.dbi().get(reader.txn(), reader.keySlice().set(key));
    } catch (RuntimeException e) {
      throw failures.translate("the key cannot be read", e);
    }
  }

  private <R> R reading(Function<Reader, R> action) {
    Reader reader = readers.begin();
    try {
      return action.apply(reader);
    } finally {
      readers.end(reader);
    }
  }

  /** Without zero copy the reader runs when no snapshot is held any more. */
  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    if (!zeroCopy) {
      byte[] value = get(key);
      return value == null ? null : reader.read(ByteBuffer.wrap(value).asReadOnlyBuffer());
    }
    limits().checkKey(key);
    Reader held = readers.begin();
    try {
      Slice stored = find(held, key);
      if (stored == null) {
        return null;
      }
      held.hold();
      return reader.read(stored.view());
    } finally {
      readers.end(held);
    }
  }

  @Override
  public boolean exists(byte[] key) {
    limits().checkKey(key);
    return reading(reader -> find(reader, key) != null);
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    keys.forEach(limits()::checkKey);
    List<byte @Nullable []> found = new ArrayList<>(keys.size());
    Reader reader = readers.begin();
    try {
      for (byte[] key : keys) {
        found.add(get(reader, key));
      }
    } finally {
      readers.end(reader);
    }
    return found;
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    committer.write(
        txn -> {
          txn.set(key, value);
          return true;
        },
        key.length + (value == null ? 0 : value.length),
        sync);
  }

  @Override
  protected boolean applyIf(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    return committer.write(
        txn -> txn.setIf(key, expected, replacement),
        key.length + (replacement == null ? 0 : replacement.length),
        sync);
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    committer.write(
        txn -> {
          txn.setAll(batch);
          return true;
        },
        batch.bytes(),
        sync);
  }

  @Override
  public void writeJournaled(KvBatch batch, long number) {
    write(
        batch,
        () ->
            committer.write(
                txn -> {
                  txn.setAll(batch);
                  txn.setJournal(number);
                  return true;
                },
                batch.bytes(),
                false));
  }

  @Override
  public long journalNumber() {
    return reading(
        reader -> {
          try {
            return database.journal(reader.txn(), reader.keySlice());
          } catch (RuntimeException e) {
            throw failures.translate("the number of the last journaled batch cannot be read", e);
          }
        });
  }

  /** One that is not a substore has no room for the number of a journaled batch. */
  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type == JournaledStore.class && !database.isJournaled()
        ? Optional.empty()
        : super.unwrap(type);
  }

  @Override
  public long size() {
    return reading(
        reader -> {
          try {
            return database.dbi().stat(reader.txn()).entries;
          } catch (RuntimeException e) {
            throw failures.translate("the keys cannot be counted", e);
          }
        });
  }

  @Override
  public KvCursor iterate() {
    return new ChunkedCursor(database, readers, values, failures);
  }

  @Override
  public KvCursor scan(KeyRange range) {
    return new Scan(database, readers, values, failures, range);
  }

  @Override
  public void flush() {
    committer.flush();
  }

  /** Checks the length of the file, and reads everything. */
  @Override
  public KvTask verify() {
    return KvTask.start(
        context().executor(),
        "verify",
        "keys",
        progress -> {
          expectAllKeys(progress);
          new Verification(context(), database, readers, values, failures).run(progress);
        });
  }

  @Override
  public KvTask checkpoint(Path directory) {
    return context()
        .checkpoint(
            directory,
            "bytes",
            progress ->
                new Copying(context(), readers, this::betweenCommits).run(directory, progress));
  }

  private void betweenCommits(Runnable action) {
    if (context().isReadOnly()) {
      action.run();
    } else {
      committer.betweenCommits(action);
    }
  }

  @Override
  public KvStats stats() {
    return stats.addTo(statsBuilder()).build();
  }

  /** Makes durable what commits did not wait for. */
  @Override
  public void close() {
    boolean closedNow =
        readers.close(
            committer::close,
            () -> {
              try {
                if (!context().isReadOnly()) {
                  committer.syncLast();
                }
              } finally {
                database.close();
              }
            });
    if (closedNow) {
      checkNotFailed();
    }
  }
}
