// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * The store: a map of an MVStore, committed by each write. Reads are of the last commit, so that
 * nobody sees what a crash could take back, or part of a batch.
 */
final class MvKvStore extends AbstractKvStore {
  static final String FILE = "data.mv";
  private static final String MAP = "kv";

  /** What must be free beyond twice a write: for inner pages, and for deleting when all is full. */
  private static final long RESERVE_BYTES = 1 << 20;

  private static final int FILL_PERCENT = 90;
  private static final int COMPACT_STEP_BYTES = 4 << 20;

  /**
   * For so many commits nothing is written over what was given up. MVStore finds its newest commit
   * by a chain of chunks that begins at the one in the header, at most 20 before.
   */
  private static final int VERSIONS_KEPT = 64;

  private final DataFile data;
  private final MVStore store;
  private final MVMap<byte[], byte[]> map;

  /** Shared by who changes the map, exclusive for who commits: no commit cuts a batch. */
  private final ReadWriteLock gate = new ReentrantReadWriteLock();

  /** What the last commit left; replaced under the exclusive gate. */
  private volatile Snapshot committed;

  private MvKvStore(KvOpenContext context, DiskFile file) {
    super(context, MvBackend.LIMITS, MvBackend.FEATURES);
    data = new DataFile(file);
    MVStore.Builder builder = new MVStore.Builder().fileName(DataPath.offer(data));
    builder.autoCommitDisabled().autoCommitBufferSize(0); // it commits when we say so
    builder.cacheSize((int) (context.option(MvOptions.CACHE) >> 20));
    if (context.option(MvOptions.COMPRESS)) {
      builder.compress();
    }
    if (context.isReadOnly()) {
      builder.readOnly();
    }
    store = builder.open();
    store.setRetentionTime(0); // versions, not time, say when space is used again
    store.setVersionsToKeep(VERSIONS_KEPT);
    map =
        store.openMap(
            MAP,
            new MVMap.Builder<byte[], byte[]>()
                .keyType(new UnsignedBytes())
                .valueType(ByteArrayDataType.INSTANCE));
    committed = new Snapshot(store, map.getRoot());
  }

  /** Creates the file of a new store, or opens that of an old one. */
  static MvKvStore open(KvOpenContext context) {
    Path path = context.directory().resolve(FILE);
    try {
      DiskFile file = openFile(context, path);
      try {
        MvKvStore store = new MvKvStore(context, file);
        if (context.isNew()) {
          store.commit();
          context.disk().syncDirectory(context.directory());
        }
        return store;
      } catch (IOException | RuntimeException | Error e) {
        file.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new CorruptionException("the data file is missing", path, e);
    } catch (IOException e) {
      throw DiskFiles.failure("the data file cannot be opened", path, e);
    } catch (MVStoreException e) {
      throw translate(e, path);
    }
  }

  private static DiskFile openFile(KvOpenContext context, Path path) throws IOException {
    Disk disk = context.disk();
    if (context.isNew()) {
      disk.delete(path); // of a creation that was cut short
      return disk.create(path);
    }
    return context.isReadOnly() ? disk.openReadOnly(path) : disk.open(path);
  }

  private static KvException translate(MVStoreException e, Path path) {
    if (e.getCause() instanceof IOException cause) {
      return DiskFiles.failure("the data file cannot be read", path, cause);
    }
    return switch (e.getErrorCode()) {
      case DataUtils.ERROR_FILE_CORRUPT, DataUtils.ERROR_CHUNK_NOT_FOUND ->
          new CorruptionException(
              "the data file is damaged: " + e.getMessage() + "; restore it from a copy", path, e);
      default -> new KvException("MVStore reports: " + e.getMessage(), path, e);
    };
  }

  private KvException translate(MVStoreException e) {
    return translate(e, path());
  }

  private Path path() {
    return context().directory().resolve(FILE);
  }

  private Snapshot snapshot() {
    while (true) {
      Snapshot current = committed;
      if (current.acquire()) {
        return current;
      }
    }
  }

  @Override
  public byte[] get(byte[] key) {
    limits().checkKey(key);
    Snapshot snapshot = snapshot();
    try {
      byte[] value = map.get(snapshot.root.root, key);
      return value == null ? null : value.clone();
    } catch (MVStoreException e) {
      throw translate(e);
    } finally {
      snapshot.release();
    }
  }

  @Override
  protected void apply(byte[] key, byte[] value, boolean sync) {
    if (value == null) {
      write(key.length, () -> map.remove(key));
    } else {
      write(key.length + (long) value.length, () -> map.put(key.clone(), value.clone()));
    }
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    write(
        batch.bytes(),
        () ->
            batch.replay(
                new KvBatch.Handler() {
                  @Override
                  public void put(byte[] key, byte[] value) {
                    map.put(key, value);
                  }

                  @Override
                  public void delete(byte[] key) {
                    map.remove(key);
                  }
                }));
  }

  /** Changes the map and waits until that is durable. */
  private void write(long bytes, Runnable change) {
    checkSpace(RESERVE_BYTES + 2 * bytes);
    gate.readLock().lock();
    try {
      change.run();
    } catch (MVStoreException e) {
      throw fail(translate(e));
    } finally {
      gate.readLock().unlock();
    }
    commit();
  }

  private void checkSpace(long bytes) {
    try {
      if (context().disk().usableBytes(context().directory()) < bytes) {
        throw new StoreFullException(
            "less than " + bytes + " bytes are free on the disk; free some and try again",
            context().directory(),
            null);
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the free space is not known", context().directory(), e);
    }
  }

  /** Commits and syncs what all writers changed; does nothing where another one just did. */
  private void commit() {
    gate.writeLock().lock();
    try {
      checkNotFailed();
      if (store.hasUnsavedChanges()) {
        store.commit();
        store.sync();
        data.checkWritten();
        Snapshot before = committed;
        committed = new Snapshot(store, map.getRoot());
        before.release();
      }
    } catch (IOException e) {
      throw fail(DiskFiles.failure("the data file cannot be written", path(), e));
    } catch (MVStoreException e) {
      throw fail(translate(e));
    } finally {
      gate.writeLock().unlock();
    }
  }

  @Override
  public long size() {
    return committed.root.getTotalCount();
  }

  @Override
  public KvCursor iterate() {
    return scan(KeyRange.all());
  }

  @Override
  public KvCursor scan(KeyRange range) {
    return new MvCursor(snapshot(), range, this::translate);
  }

  @Override
  public void flush() {
    if (!context().isReadOnly()) {
      commit();
    }
  }

  @Override
  public KvTask compact() {
    checkNotFailed();
    return KvTask.start(
        context().executor(),
        "compact",
        "steps",
        progress -> {
          while (compactStep()) {
            progress.advance(1);
          }
        });
  }

  /** Writes the pages of some chunks that are mostly dead once more, so that these can go. */
  private boolean compactStep() {
    checkSpace(RESERVE_BYTES + 2 * COMPACT_STEP_BYTES);
    gate.writeLock().lock();
    try {
      boolean more = store.compact(FILL_PERCENT, COMPACT_STEP_BYTES);
      commit();
      return more;
    } catch (MVStoreException e) {
      throw fail(translate(e));
    } finally {
      gate.writeLock().unlock();
    }
  }

  @Override
  public KvStats stats() {
    return statsBuilder()
        .metric(KvMetric.gauge(KvMetric.KEYS, size(), KvMetric.Unit.COUNT, "Number of live keys."))
        .metric(
            KvMetric.gauge(
                "fileBytes",
                store.getFileStore().size(),
                KvMetric.Unit.BYTES,
                "Bytes of the data file."))
        .build();
  }

  /**
   * Has nothing left to write. MVStore's own {@code close} is not used: it marks the file as clean,
   * and where the first commit after that is cut short, the store would open at an older one.
   */
  @Override
  public void close() {
    committed.release();
    store.closeImmediately();
    checkNotFailed();
  }
}
