// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreFailedException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The base of engines: from get, apply, iterate, flush, stats and close it makes a whole store.
 *
 * <p>Every write runs under the stripe of its key, or of all keys of its batch, and so does the
 * comparison of {@link #compareAndSet}; an engine whose own writes are {@linkplain #isAtomic()
 * atomic} is called without. Reads take no lock.
 *
 * <p>An engine that can no longer promise what a write did calls {@link #fail}. From then on the
 * store is {@link KvState#FAILED} and the base refuses writes.
 */
public abstract class AbstractKvStore implements KvStore {
  private static final int STRIPES = 256;

  private final KvOpenContext context;
  private final KvLimits limits;
  private final Set<KvFeature> features;
  private final boolean syncAlways;
  private final @Nullable StripedLocks stripes;
  private final AtomicReference<@Nullable KvException> failure = new AtomicReference<>();

  /** Creates the store with what it declares. */
  @SuppressWarnings("this-escape") // only isAtomic is called, which says so
  protected AbstractKvStore(KvOpenContext context, KvLimits limits, Set<KvFeature> features) {
    this.context = context;
    this.limits = limits;
    EnumSet<KvFeature> declared = EnumSet.noneOf(KvFeature.class);
    declared.addAll(features);
    this.features = Collections.unmodifiableSet(declared);
    this.syncAlways = context.option(KvOptions.SYNC);
    this.stripes = isAtomic() ? null : new StripedLocks(STRIPES);
  }

  /**
   * Tells whether {@link #apply}, {@link #applyIf} and {@link #applyAll} are atomic by themselves,
   * so that they need no locks. Called by the constructor: returns a constant.
   */
  protected boolean isAtomic() {
    return false;
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
   * Does {@link #apply} if the present value is as expected, under the stripe of the key. By
   * default reads, compares and applies, which an {@linkplain #isAtomic() atomic} engine must
   * replace.
   *
   * @param expected {@code null}: absent
   * @return whether the value was as expected
   */
  protected boolean applyIf(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    if (!Arrays.equals(get(key), expected)) {
      return false;
    }
    if (expected != null || replacement != null) {
      apply(key, replacement, sync);
    }
    return true;
  }

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

  /** Begins the statistics of this store, with its state if it has failed. */
  protected final KvStats.Builder statsBuilder() {
    KvStats.Builder stats = KvStats.builder(context.spec(), context.storeName());
    KvException cause = failure.get();
    return cause == null ? stats : stats.state(KvState.FAILED, cause.getMessage());
  }

  /**
   * Makes the store {@link KvState#FAILED}, because nobody knows any more what is on disk. The
   * first cause stays; it is told with every later write.
   *
   * @return the cause, to be thrown
   */
  protected final <E extends KvException> E fail(E cause) {
    if (failure.compareAndSet(null, cause)) {
      context
          .events()
          .emit(KvEvent.of(KvEvent.Kind.STORE_FAILED, String.valueOf(cause.getMessage())));
    }
    return cause;
  }

  /** Tells whether the store {@linkplain #fail has failed}. */
  protected final boolean hasFailed() {
    return failure.get() != null;
  }

  /**
   * Lets nothing pass after {@link #fail}. The base calls it before each write; an engine calls it
   * in {@code flush}, and in {@code close} after everything is released.
   *
   * @throws StoreFailedException if the store has failed
   */
  protected final void checkNotFailed() {
    KvException cause = failure.get();
    if (cause != null) {
      throw new StoreFailedException(
          "the store failed before, reads go on; close it, mend the cause and open it again: "
              + cause.getMessage(),
          null,
          cause);
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    limits.checkKey(key);
    limits.checkValue(value);
    write(key, value);
  }

  @Override
  public void delete(byte[] key) {
    limits.checkKey(key);
    write(key, null);
  }

  private void write(byte[] key, byte @Nullable [] value) {
    checkNotFailed();
    if (stripes == null) {
      apply(key, value, syncAlways);
      return;
    }
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
    checkNotFailed();
    if (stripes == null) {
      return applyIf(key, expected, replacement, syncAlways);
    }
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try {
      return applyIf(key, expected, replacement, syncAlways);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(KvBatch batch, Durability durability) {
    if (durability == Durability.SYNC && !features.contains(KvFeature.SYNC_WRITES)) {
      throw KvFeature.SYNC_WRITES.unsupported("write with Durability.SYNC");
    }
    boolean sync = syncAlways || durability == Durability.SYNC;
    if (batch.isEmpty()) {
      return;
    }
    write(batch, () -> applyAll(batch, sync));
  }

  /** Checks a batch and runs what writes it, as an engine that is a {@link JournaledStore} does. */
  protected final void write(KvBatch batch, Runnable apply) {
    limits.checkBatch(batch);
    checkNotFailed();
    if (stripes == null) {
      apply.run();
    } else {
      stripes.withAll(batch, apply);
    }
  }

  /** Reads everything once; an engine with checksums or structures of its own checks those too. */
  @Override
  public KvTask verify() {
    return KvTask.start(context.executor(), "verify", "keys", this::readAll);
  }

  /** Reads all pairs for a task that checks the store; the first damage that is met ends it. */
  protected final void readAll(KvTask.Progress progress) {
    expectAllKeys(progress);
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

  /** Tells a task that goes through all keys how many there are, exactly or at most. */
  protected final void expectAllKeys(KvTask.Progress progress) {
    stats().metric(KvMetric.KEYS).ifPresent(keys -> progress.total(keys.asLong()));
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
