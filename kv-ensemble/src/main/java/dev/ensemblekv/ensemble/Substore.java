// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.StripedLocks;
import java.util.BitSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One store of an ensemble, with the locks that its writers hold and, while a split copies half of
 * it away, the mirror that their writes go to as well.
 *
 * <p>All writing methods are called under the stripes of their keys. The mirror is put up and taken
 * down under all stripes.
 */
final class Substore {
  private static final int STRIPES = 128;

  private final int id;
  private final int root;
  private final KvStore store;
  private final SubstoreSize size;
  private final StripedLocks stripes = new StripedLocks(STRIPES);
  private volatile @Nullable Mirror mirror;
  private volatile boolean splitWanted;

  Substore(int id, int root, KvStore store, SubstoreSize size) {
    this.id = id;
    this.root = root;
    this.store = store;
    this.size = size;
  }

  int id() {
    return id;
  }

  String name() {
    return Manifest.name(id);
  }

  /** Returns the number of the root it is in. */
  int root() {
    return root;
  }

  KvStore store() {
    return store;
  }

  SubstoreSize size() {
    return size;
  }

  StripedLocks stripes() {
    return stripes;
  }

  /** Tells whether a split of this is asked for or at work. */
  boolean isSplitWanted() {
    return splitWanted;
  }

  void splitWanted(boolean wanted) {
    splitWanted = wanted;
  }

  /** Does something while nobody writes. */
  void underAllStripes(Runnable action) {
    BitSet all = stripes.all();
    stripes.lock(all);
    try {
      action.run();
    } finally {
      stripes.unlock(all);
    }
  }

  /** Puts up or takes down the mirror; the caller holds all stripes. */
  void mirror(@Nullable Mirror mirror) {
    this.mirror = mirror;
  }

  /** Stores a value, or removes the key if it is {@code null}. */
  void apply(int bits, byte[] key, byte @Nullable [] value) {
    guarded(
        () -> {
          if (value == null) {
            store.delete(key);
          } else {
            store.put(key, value);
          }
          return true;
        });
    Mirror copy = mirror;
    if (copy != null) {
      copy.apply(bits, key, value);
    }
  }

  boolean compareAndSet(
      int bits, byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    boolean replaced = guarded(() -> store.compareAndSet(key, expected, replacement));
    Mirror copy = mirror;
    if (replaced && copy != null) {
      copy.apply(bits, key, replacement);
    }
    return replaced;
  }

  void write(KvBatch batch, Durability durability) {
    guarded(
        () -> {
          store.write(batch, durability);
          return true;
        });
    Mirror copy = mirror;
    if (copy != null) {
      copy.apply(batch);
    }
  }

  /** After a write whose outcome nobody knows, the copy may differ: its split cannot go on. */
  private boolean guarded(BooleanSupplier write) {
    try {
      return write.getAsBoolean();
    } catch (RuntimeException | Error e) {
      Mirror copy = mirror;
      if (copy != null) {
        copy.fail(e);
      }
      throw e;
    }
  }

  /** Tells whether the engine knows its live keys and bytes exactly at any time. */
  static boolean isExact(KvStats stats) {
    return isExact(stats, KvMetric.KEYS) && isExact(stats, KvMetric.LIVE_BYTES);
  }

  /** Tells whether the engine knows a figure exactly at any time. */
  static boolean isExact(KvStats stats, String name) {
    return stats
        .metric(name)
        .filter(metric -> metric.precision() == KvMetric.Precision.EXACT)
        .isPresent();
  }

  /** Returns what a figure is at most, by what the engine knows of it; else the bound given. */
  static long bound(KvStats stats, String name, long otherwise) {
    return stats
        .metric(name)
        .filter(metric -> metric.precision() != KvMetric.Precision.ESTIMATE)
        .map(metric -> Math.min(metric.asLong(), otherwise))
        .orElse(otherwise);
  }

  @Override
  public String toString() {
    return "substore " + name();
  }
}
