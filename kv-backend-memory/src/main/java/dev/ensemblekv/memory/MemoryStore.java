// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.memory;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map under one read-write lock: the plainest store that keeps the contract. A scan copies
 * the references of its range, which makes it a snapshot; an iteration goes from key to key.
 */
final class MemoryStore extends AbstractKvStore {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  // Guarded by lock. Arrays in the map are never changed and never handed out.
  private final NavigableMap<byte[], byte[]> pairs = new TreeMap<>(Arrays::compareUnsigned);
  private long liveBytes;

  /** A copy of the figures for statistics, which take no lock. */
  private volatile Size size = new Size(0, 0);

  private record Size(long keys, long liveBytes) {}

  MemoryStore(KvOpenContext context) {
    super(context, MemoryBackend.LIMITS, MemoryBackend.FEATURES);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    lock.readLock().lock();
    try {
      byte[] value = pairs.get(key);
      return value == null ? null : value.clone();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    lock.writeLock().lock();
    try {
      change(key.clone(), value == null ? null : value.clone());
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Holds the lock over the whole batch, so that no reader sees part of it. */
  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    lock.writeLock().lock();
    try {
      super.applyAll(batch, sync);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void change(byte[] key, byte @Nullable [] value) {
    byte[] old = value == null ? pairs.remove(key) : pairs.put(key, value);
    liveBytes -= old == null ? 0 : key.length + old.length;
    liveBytes += value == null ? 0 : key.length + value.length;
    size = new Size(pairs.size(), liveBytes);
  }

  @Override
  public long size() {
    return size.keys;
  }

  @Override
  public KvCursor iterate() {
    return new SteppingCursor();
  }

  @Override
  public KvCursor scan(KeyRange range) {
    lock.readLock().lock();
    try {
      return new SnapshotCursor(copy(range));
    } finally {
      lock.readLock().unlock();
    }
  }

  private NavigableMap<byte[], byte[]> copy(KeyRange range) {
    NavigableMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
    if (!range.isEmpty()) {
      NavigableMap<byte[], byte[]> part = pairs;
      part = range.from().isPresent() ? part.tailMap(range.from().get(), true) : part;
      part = range.to().isPresent() ? part.headMap(range.to().get(), false) : part;
      copy.putAll(part);
    }
    return range.isReverse() ? copy.descendingMap() : copy;
  }

  /** Does nothing: there is no medium. */
  @Override
  public void flush() {}

  @Override
  public KvStats stats() {
    Size now = size;
    return statsBuilder()
        .metric(
            KvMetric.gauge(KvMetric.KEYS, now.keys, KvMetric.Unit.COUNT, "Number of live keys."))
        .metric(
            KvMetric.gauge(
                KvMetric.LIVE_BYTES,
                now.liveBytes,
                KvMetric.Unit.BYTES,
                "Bytes of live keys and values."))
        .metric(
            KvMetric.estimate(
                "pairs" + KvMetric.MEMORY_BYTES,
                (double) now.liveBytes,
                KvMetric.Unit.BYTES,
                "Bytes of keys and values on the heap, without what a map takes for each."))
        .build();
  }

  @Override
  public void close() {}

  /** Looks for the next greater key at each step, so it holds nothing between them. */
  private final class SteppingCursor extends EntryCursor {
    private byte[] last = new byte[0];

    @Override
    Map.@Nullable Entry<byte[], byte[]> step() {
      lock.readLock().lock();
      try {
        Map.Entry<byte[], byte[]> entry = pairs.higherEntry(last);
        last = entry == null ? last : entry.getKey();
        return entry;
      } finally {
        lock.readLock().unlock();
      }
    }
  }

  /** Goes through a copy. */
  private static final class SnapshotCursor extends EntryCursor {
    private final NavigableMap<byte[], byte[]> rest;

    SnapshotCursor(NavigableMap<byte[], byte[]> pairs) {
      this.rest = pairs;
    }

    @Override
    Map.@Nullable Entry<byte[], byte[]> step() {
      return rest.pollFirstEntry();
    }
  }
}
