// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.StripedLocks;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Objects;
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
  private final @Nullable JournaledStore journaled;
  private final @Nullable PendingParts pending;
  private volatile @Nullable Mirror mirror;
  private volatile boolean splitWanted;

  Substore(int id, int root, KvStore store, SubstoreSize size) {
    this.id = id;
    this.root = root;
    this.store = store;
    this.size = size;
    this.journaled = store.unwrap(JournaledStore.class).orElse(null);
    this.pending = journaled == null ? null : new PendingParts(journaled);
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

  /** Tells whether so much is written that the target of its split falls behind. */
  boolean isTargetBehind() {
    Mirror copy = mirror;
    return copy != null && copy.missing().areMany();
  }

  byte @Nullable [] get(byte[] key) {
    PendingParts.Written missing = missing(key);
    if (missing == null) {
      return store.get(key);
    }
    byte[] value = missing.value();
    return value == null ? null : value.clone();
  }

  <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    PendingParts.Written missing = missing(key);
    if (missing == null) {
      return store.read(key, reader);
    }
    byte[] value = missing.value();
    return value == null ? null : reader.read(ByteBuffer.wrap(value).asReadOnlyBuffer());
  }

  boolean exists(byte[] key) {
    PendingParts.Written missing = missing(key);
    return missing == null ? store.exists(key) : missing.value() != null;
  }

  /** Returns what the engine lacks of a key; {@code null}: it lacks nothing. */
  private PendingParts.@Nullable Written missing(byte[] key) {
    return pending == null ? null : pending.find(key);
  }

  /** Returns the store for an iteration or a count, which see only what it has. */
  KvStore settled() {
    settle();
    return store;
  }

  /**
   * Writes the parts of batches that are pending.
   *
   * @throws KvException if that is not possible
   */
  void settle() {
    if (pending != null) {
      pending.settle();
    }
  }

  /** Tells whether parts of batches are pending. */
  boolean isPending() {
    return pending != null && pending.cause() != null;
  }

  /** Returns the figures of the store, which is degraded while parts of batches are pending. */
  KvStats stats() {
    KvStats stats = store.stats();
    Throwable cause = pending == null ? null : pending.cause();
    return cause == null || stats.state() != KvState.OPEN
        ? stats
        : stats.toBuilder()
            .state(
                KvState.DEGRADED,
                "a part of a batch is in the journal and not in the substore yet: "
                    + cause.getMessage())
            .build();
  }

  /** Tells whether it can have a part of a journaled batch. */
  boolean isJournaled() {
    return journaled != null;
  }

  /** Returns the number of the last journaled batch of which it has its part; 0: none. */
  long journalNumber() {
    return journaled == null ? 0 : journaled.journalNumber();
  }

  /** Writes its part of a journaled batch, as opening does. */
  void writeMissing(KvBatch batch, long number) {
    if (journaled == null) {
      throw new StoreMismatchException(
          "there are batches in the journal, and the backend of "
              + this
              + " does not take them;"
              + " open the store with the release that wrote it",
          null,
          null);
    }
    journaled.writeJournaled(batch, number);
  }

  /** Writes its part of a journaled batch, now or, if that fails, later. */
  void writeJournaled(KvBatch batch, long number) {
    PendingParts later = Objects.requireNonNull(pending);
    try {
      guarded(
          () -> {
            later.settle();
            writeMissing(batch, number);
            return true;
          });
    } catch (RuntimeException | Error e) {
      later.add(batch, number, e);
      throw e;
    }
    Mirror copy = mirror;
    if (copy != null) {
      copy.apply(batch);
    }
  }

  /**
   * Makes the target of a split know which journaled batches it has: all that this has. To be
   * flushed in both; for good it is when the caller holds all stripes of this.
   */
  void handJournalOver(Substore target) {
    if (journalNumber() > target.journalNumber()) {
      target.writeMissing(new KvBatch(), journalNumber());
    }
  }

  /** Stores a value, or removes the key if it is {@code null}. */
  void apply(int bits, byte[] key, byte @Nullable [] value) {
    settle();
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
    settle();
    boolean replaced = guarded(() -> store.compareAndSet(key, expected, replacement));
    Mirror copy = mirror;
    if (replaced && copy != null) {
      copy.apply(bits, key, replacement);
    }
    return replaced;
  }

  void write(KvBatch batch, Durability durability) {
    settle();
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
