// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All pairs, in memory. Reads take no lock; writers take turns, and a copy for the disk is taken
 * between two of them, so that it never has part of a batch.
 *
 * <p>Arrays in here are never changed: what comes in is copied, what goes out must be by the
 * caller.
 */
final class Pairs {
  /** What {@link #compareAndSet} returns if the value was not the expected one. */
  static final long MISMATCH = -1;

  private final ReentrantLock writing = new ReentrantLock();
  private final ConcurrentNavigableMap<byte[], byte[]> map =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

  // Guarded by writing.
  private long keys;
  private long liveBytes;
  private long changes;
  private long journal;

  /** A copy of the figures, published when a write is complete. */
  private volatile Figures figures = new Figures(0, 0, 0, 0);

  /**
   * What is in the map.
   *
   * @param keys number of keys
   * @param liveBytes bytes of keys and values
   * @param changes how many changes there were since the store was opened
   * @param journal the number of the last journaled batch
   */
  record Figures(long keys, long liveBytes, long changes, long journal) {}

  /** All pairs at one moment. */
  static final class Copy {
    /** Keys and values in turn, in the order of the keys. */
    final byte[][] keysAndValues;

    /** The changes that led to them. */
    final long changes;

    /** The number of the last journaled batch in them. */
    final long journal;

    private Copy(byte[][] keysAndValues, long changes, long journal) {
      this.keysAndValues = keysAndValues;
      this.changes = changes;
      this.journal = journal;
    }
  }

  Figures figures() {
    return figures;
  }

  byte @Nullable [] get(byte[] key) {
    return map.get(key);
  }

  /** Goes through a range in its direction; what is changed meanwhile may or may not be seen. */
  Iterator<Map.Entry<byte[], byte[]>> iterator(KeyRange range) {
    if (range.isEmpty()) {
      return Map.<byte[], byte[]>of().entrySet().iterator();
    }
    ConcurrentNavigableMap<byte[], byte[]> part = map;
    part = range.from().isPresent() ? part.tailMap(range.from().get(), true) : part;
    part = range.to().isPresent() ? part.headMap(range.to().get(), false) : part;
    return (range.isReverse() ? part.descendingMap() : part).entrySet().iterator();
  }

  /** Adds a pair that was on disk, which is no change; returns whether the key is new. */
  boolean load(byte[] key, byte[] value) {
    writing.lock();
    try {
      boolean hadKey = replace(key, value);
      publish();
      return !hadKey;
    } finally {
      writing.unlock();
    }
  }

  /** Takes over the number of the last journaled batch that was on disk, which is no change. */
  void loadJournal(long number) {
    writing.lock();
    try {
      journal = number;
      publish();
    } finally {
      writing.unlock();
    }
  }

  /** Counts a change where nothing changed, so that all is persisted again. */
  void touch() {
    writing.lock();
    try {
      changes++;
      publish();
    } finally {
      writing.unlock();
    }
  }

  /**
   * Stores a value, or removes a key.
   *
   * @return the number of changes that must be persisted for this one to be
   */
  long change(byte[] key, byte @Nullable [] value) {
    byte[] ownKey = key.clone();
    byte[] ownValue = value == null ? null : value.clone();
    writing.lock();
    try {
      countedChange(ownKey, ownValue);
      return publish();
    } finally {
      writing.unlock();
    }
  }

  /** Replaces a value if it is as expected; returns as {@link #change}, or {@link #MISMATCH}. */
  long compareAndSet(byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    writing.lock();
    try {
      return Arrays.equals(map.get(key), expected) ? change(key, replacement) : MISMATCH;
    } finally {
      writing.unlock();
    }
  }

  /** Applies a batch, whose arrays never change and are kept; returns as {@link #change}. */
  long changeAll(KvBatch batch) {
    writing.lock();
    try {
      replay(batch);
      return publish();
    } finally {
      writing.unlock();
    }
  }

  /** Applies a journaled batch with its number, as {@link #changeAll}. */
  long changeAll(KvBatch batch, long number) {
    writing.lock();
    try {
      replay(batch);
      journal = number;
      changes++;
      return publish();
    } finally {
      writing.unlock();
    }
  }

  private void replay(KvBatch batch) {
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            countedChange(key, value);
          }

          @Override
          public void delete(byte[] key) {
            countedChange(key, null);
          }
        });
  }

  private void countedChange(byte[] key, byte @Nullable [] value) {
    boolean hadKey = replace(key, value);
    changes += value != null || hadKey ? 1 : 0;
  }

  private boolean replace(byte[] key, byte @Nullable [] value) {
    byte[] old = value == null ? map.remove(key) : map.put(key, value);
    keys += (value == null ? 0 : 1) - (old == null ? 0 : 1);
    liveBytes -= old == null ? 0 : key.length + old.length;
    liveBytes += value == null ? 0 : key.length + value.length;
    return old != null;
  }

  private long publish() {
    figures = new Figures(keys, liveBytes, changes, journal);
    return changes;
  }

  /** Copies the references of all pairs. */
  Copy copy() {
    writing.lock();
    try {
      byte[][] copy = new byte[Math.toIntExact(2 * keys)][];
      int[] count = new int[1];
      map.forEach(
          (key, value) -> {
            copy[count[0]++] = key;
            copy[count[0]++] = value;
          });
      return new Copy(copy, changes, journal);
    } finally {
      writing.unlock();
    }
  }

  /** Checks that the figures are those of the map. */
  void checkInvariants() {
    writing.lock();
    try {
      long bytes =
          map.entrySet().stream().mapToLong(e -> e.getKey().length + e.getValue().length).sum();
      Figures actual = new Figures(map.size(), bytes, changes, journal);
      if (!actual.equals(figures)) {
        throw new AssertionError("the figures are " + figures + ", the map is " + actual);
      }
    } finally {
      writing.unlock();
    }
  }
}
