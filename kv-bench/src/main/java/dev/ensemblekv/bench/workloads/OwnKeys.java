// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Stored;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one thread, which nobody else writes, so that it knows the value of each: every so
 * many-th of the store, and those that it inserts.
 */
final class OwnKeys {
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final Stored stored;
  private final int thread;
  private final SplittableRandom random;
  private final Zipfian zipfian;
  private final Stored.Check check;
  private final BitSet deleted = new BitSet();
  private byte[] versions;
  private int count;
  private int nextDeleted;

  OwnKeys(Stored stored, int thread) {
    this.stored = stored;
    this.thread = thread;
    this.random = stored.random(thread);
    this.check = stored.new Check();
    this.count =
        Math.toIntExact((stored.keys() - thread + stored.threads() - 1) / stored.threads());
    this.zipfian = new Zipfian(count);
    this.versions = new byte[count];
  }

  SplittableRandom random() {
    return random;
  }

  /** Returns how many there are, or were, before they were deleted. */
  int count() {
    return count;
  }

  /** Returns how many there are. */
  int live() {
    return count - deleted.cardinality();
  }

  /** Returns the index in the store. */
  long index(int own) {
    return (long) own * stored.threads() + thread;
  }

  /** Chooses one of the keys. */
  int choose(Popularity popularity) {
    return switch (popularity) {
      case UNIFORM -> random.nextInt(count);
      case LATEST -> count - 1 - (int) zipfian.next(random, count);
      case ZIPFIAN -> (int) Long.remainderUnsigned(zipfian.next(random, count) * SPREAD, count);
    };
  }

  byte[] key(int own) {
    return stored.pairs().key(index(own));
  }

  boolean isDeleted(int own) {
    return deleted.get(own);
  }

  /** Fails if a value is not that which was put last, or is there although the key was deleted. */
  void check(int own, byte @Nullable [] value) {
    if (!isDeleted(own)) {
      check.value(index(own), versions[own], value);
    } else if (value != null) {
      throw new IllegalStateException(stored.engine() + " has key " + index(own) + ", deleted");
    }
  }

  /** Returns the first value of a key, which is now to be put. */
  byte[] first(int own) {
    return stored.pairs().value(index(own), 0);
  }

  /** Returns the next value of a key, which is now to be put. */
  byte[] update(int own) {
    deleted.clear(own);
    return stored.pairs().value(index(own), ++versions[own]);
  }

  /**
   * Chooses a key that is there, one after the other, which is now to be deleted: engines differ in
   * what it costs to delete what is not there. Negative: there is none left.
   */
  int delete() {
    int next = deleted.nextClearBit(nextDeleted);
    if (next >= count) {
      next = deleted.nextClearBit(0);
    }
    if (next >= count) {
      return -1;
    }
    deleted.set(next);
    nextDeleted = next + 1;
    return next;
  }

  /** Adds a key, which is now to be put with its first value. */
  int insert() {
    if (count == versions.length) {
      versions = Arrays.copyOf(versions, count + count / 2 + 1);
    }
    return count++;
  }
}
