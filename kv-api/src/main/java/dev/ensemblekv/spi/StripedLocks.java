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
    with(wanted, action);
  }

  /** Runs something under all locks. */
  public void withAll(Runnable action) {
    BitSet wanted = new BitSet(stripes.length);
    wanted.set(0, stripes.length);
    with(wanted, action);
  }

  private void with(BitSet wanted, Runnable action) {
    wanted.stream().forEach(i -> stripes[i].lock());
    try {
      action.run();
    } finally {
      wanted.stream().forEach(i -> stripes[i].unlock());
    }
  }

  private int stripe(int hash) {
    int spread = hash * 0x9E3779B9;
    return (spread >>> 16) & (stripes.length - 1);
  }
}
