// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many live keys there are at most: those last counted, and each put since, as LevelDB cannot
 * tell a new key from an old one without looking for it.
 */
final class KeyBound {
  private final AtomicLong puts = new AtomicLong();

  /** The bound is this and the puts. */
  private final AtomicLong base;

  KeyBound(long keys) {
    base = new AtomicLong(keys);
  }

  /** Counts puts; called before they happen. */
  void add(int count) {
    puts.addAndGet(count);
  }

  /** Returns the puts so far, to be handed to {@link #counted}; called before counting begins. */
  long mark() {
    return puts.get();
  }

  /** Takes note of an exact count that began at a mark. */
  void counted(long keys, long mark) {
    long counted = keys - mark;
    base.accumulateAndGet(counted, Math::min);
  }

  long get() {
    return base.get() + puts.get();
  }
}
