// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

import dev.ensemblekv.bench.Stored;
import java.util.Arrays;
import java.util.SplittableRandom;

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
  private byte[] versions;
  private int count;

  OwnKeys(Stored stored, int thread) {
    this.stored = stored;
    this.thread = thread;
    this.random = stored.random(thread);
    this.count =
        Math.toIntExact((stored.keys() - thread + stored.threads() - 1) / stored.threads());
    this.zipfian = new Zipfian(count);
    this.versions = new byte[count];
  }

  SplittableRandom random() {
    return random;
  }

  int count() {
    return count;
  }

  /** Returns the index in the store. */
  long index(int own) {
    return (long) own * stored.threads() + thread;
  }

  /** Chooses one of the keys. */
  int choose(Mix.Popularity popularity) {
    return switch (popularity) {
      case UNIFORM -> random.nextInt(count);
      case LATEST -> count - 1 - (int) zipfian.next(random, count);
      case ZIPFIAN -> (int) Long.remainderUnsigned(zipfian.next(random, count) * SPREAD, count);
    };
  }

  byte[] key(int own) {
    return stored.pairs().key(index(own));
  }

  /** Returns how often a key was updated. */
  int version(int own) {
    return versions[own];
  }

  /** Returns the next value of a key, which is now to be put. */
  byte[] update(int own) {
    return stored.pairs().value(index(own), ++versions[own]);
  }

  /** Adds a key, which is now to be put with its first value. */
  int insert() {
    if (count == versions.length) {
      versions = Arrays.copyOf(versions, count + count / 2 + 1);
    }
    return count++;
  }
}
