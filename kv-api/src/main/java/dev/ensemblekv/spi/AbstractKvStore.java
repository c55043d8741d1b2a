// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The base of engines: from get, apply, iterate, flush, stats and close it makes a whole store.
 *
 * <p>Every write runs under the stripe of its key, or of all keys of its batch, and so does the
 * comparison of {@link #compareAndSet}. An engine with a cheaper way to be atomic replaces these
 * methods. Reads take no lock.
 */
public abstract class AbstractKvStore implements KvStore {
  private static final int STRIPES = 256;

  private final KvOpenContext context;
  private final KvLimits limits;
  private final Set<KvFeature> features;
  private final boolean syncAlways;
  private final StripedLocks stripes = new StripedLocks(STRIPES);

  /** Creates the store with what it declares. */
  protected AbstractKvStore(KvOpenContext context, KvLimits limits, Set<KvFeature> features) {
    this.context = context;
    this.limits = limits;
    EnumSet<KvFeature> declared = EnumSet.noneOf(KvFeature.class);
    declared.addAll(features);
    this.features = Collections.unmodifiableSet(declared);
    this.syncAlways = context.option(KvOptions.SYNC);
  }

  /**
   * Stores a value, or removes a key, under the stripe of the key.
   *
   * <p>The arrays are the caller's: an engine that keeps them copies them.
   *
   * @param value the value; {@code null} removes the key
   * @param sync whether the write must survive a loss of power at return; {@code false} unless
   *     {@link KvFeature#SYNC_WRITES} is declared
   */
  protected abstract void apply(byte[] key, byte @Nullable [] value, boolean sync);

  /**
   * Writes a batch that has been checked, under the stripes of its keys. By default one operation
   * after the other, which is not atomic.
   */
  protected void applyAll(KvBatch batch, boolean sync) {
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            apply(key, value, sync);
          }

          @Override
          public void delete(byte[] key) {
            apply(key, null, sync);
          }
        });
  }

  /** Returns a cursor over all pairs; must not collect them first. */
  @Override
  public abstract KvCursor iterate();

  /** Returns what the store was opened with. */
  protected final KvOpenContext context() {
    return context;
  }

  /** Begins the statistics of this store. */
  protected final KvStats.Builder statsBuilder() {
    return KvStats.builder(context.spec(), context.storeName());
  }

  @Override
  public void put(byte[] key, byte[] value) {
    limits.checkKey(key);
    limits.checkValue(value);
    locked(key, value);
  }

  @Override
  public void delete(byte[] key) {
    limits.checkKey(key);
    locked(key, null);
  }

  private void locked(byte[] key, byte @Nullable [] value) {
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try {
      apply(key, value, syncAlways);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean compareAndSet(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    if (!features.contains(KvFeature.COMPARE_AND_SET)) {
      throw KvFeature.COMPARE_AND_SET.unsupported("compareAndSet");
    }
    limits.checkKey(key);
    if (replacement != null) {
      limits.checkValue(replacement);
    }
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try {
      if (!Arrays.equals(get(key), expected)) {
        return false;
      }
      if (expected != null || replacement != null) {
        apply(key, replacement, syncAlways);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(KvBatch batch, Durability durability) {
    if (durability == Durability.SYNC && !features.contains(KvFeature.SYNC_WRITES)) {
      throw KvFeature.SYNC_WRITES.unsupported("write with Durability.SYNC");
    }
    limits.checkBatch(batch);
    boolean sync = syncAlways || durability == Durability.SYNC;
    if (!batch.isEmpty()) {
      stripes.withAll(batch, () -> applyAll(batch, sync));
    }
  }

  /** Reads everything once; an engine with checksums or structures of its own checks those too. */
  @Override
  public KvTask verify() {
    return KvTask.start(context.executor(), "verify", "keys", this::readAll);
  }

  private void readAll(KvTask.Progress progress) {
    try (KvCursor cursor = iterate()) {
      while (cursor.next()) {
        cursor.key();
        cursor.value();
        progress.advance(1);
      }
    } catch (CorruptionException e) {
      progress.problem(e.getMessage(), e.path().orElse(null)); // where a walk meets damage, it ends
    }
  }

  @Override
  public final Set<KvFeature> features() {
    return features;
  }

  @Override
  public final KvLimits limits() {
    return limits;
  }
}
