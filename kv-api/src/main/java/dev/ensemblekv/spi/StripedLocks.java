// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvBatch;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks spread over keys by their hash, so that writers of different keys seldom meet.
 *
 * <p>Whoever holds more than one takes them in ascending order of stripe, which the methods here
 * do. Reentrant and not interruptible.
 */
public final class StripedLocks {
  private final ReentrantLock[] stripes;

  /**
   * Creates the locks.
   *
   * @param count number of stripes, rounded up to a power of two
   */
  public StripedLocks(int count) {
    int size = Integer.highestOneBit(Math.max(1, count - 1)) << (count > 1 ? 1 : 0);
    stripes = new ReentrantLock[size];
    Arrays.setAll(stripes, i -> new ReentrantLock());
  }

  /** Returns the lock of a key. */
  public ReentrantLock of(byte[] key) {
    return stripes[stripe(Arrays.hashCode(key))];
  }

  /** Returns the lock of a hash; the same hash has the same lock. */
  public ReentrantLock of(int hash) {
    return stripes[stripe(hash)];
  }

  /** Runs something under the locks of all keys of a batch. */
  public void withAll(KvBatch batch, Runnable action) {
    BitSet wanted = new BitSet(stripes.length);
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            delete(key);
          }

          @Override
          public void delete(byte[] key) {
            wanted.set(stripe(Arrays.hashCode(key)));
          }
        });
    lock(wanted);
    try {
      action.run();
    } finally {
      unlock(wanted);
    }
  }

  /** Returns the number of the stripe of a hash. */
  public int stripe(int hash) {
    int spread = hash * 0x9E3779B9;
    return (spread >>> 16) & (stripes.length - 1);
  }

  /** Returns the numbers of all stripes. */
  public BitSet all() {
    BitSet all = new BitSet(stripes.length);
    all.set(0, stripes.length);
    return all;
  }

  /** Takes the stripes of the given numbers, in ascending order. */
  public void lock(BitSet numbers) {
    for (int i = numbers.nextSetBit(0); i >= 0; i = numbers.nextSetBit(i + 1)) {
      stripes[i].lock();
    }
  }

  /** Gives back what {@link #lock(BitSet)} took. */
  public void unlock(BitSet numbers) {
    for (int i = numbers.nextSetBit(0); i >= 0; i = numbers.nextSetBit(i + 1)) {
      stripes[i].unlock();
    }
  }
}
