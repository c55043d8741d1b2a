// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Precision;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvBackend;
import dev.ensemblekv.spi.KvOpenContext;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A layer for substores that calls the test before what an ensemble does with them: to fail there,
 * to do something at that very moment, or to let another thread do it.
 */
final class HookedBackend implements KvBackend {
  private static final byte[] NO_KEY = new byte[0];

  /**
   * What is called, on the thread of the call; what it throws is thrown by the call. Operations
   * whose names are participles are those that are done. The key is empty where there is not one.
   */
  interface Hook {
    void before(String operation, String substore, byte[] key);
  }

  private final Set<KvStore> open = ConcurrentHashMap.newKeySet();
  private final Set<KvCursor> openCursors = ConcurrentHashMap.newKeySet();
  private volatile Hook hook = (operation, substore, key) -> {};
  private volatile UnaryOperator<KvTask> verifying = UnaryOperator.identity();
  private final AtomicInteger usesAfterClose = new AtomicInteger();
  private volatile @Nullable Precision precision;

  void hook(Hook hook) {
    this.hook = hook;
  }

  void unhook() {
    hook = (operation, substore, key) -> {};
  }

  /** Replaces the checks of the substores. */
  void verifying(UnaryOperator<KvTask> verifying) {
    this.verifying = verifying;
  }

  /** Makes the stores not know their sizes, as engines with blind puts do not. */
  void bounded() {
    precision = Precision.ESTIMATE;
  }

  /** Makes the stores know their sizes as upper bounds only. */
  void boundedByEngines() {
    precision = Precision.UPPER_BOUND;
  }

  /** Returns how many iterations are open. */
  int openCursors() {
    return openCursors.size();
  }

  /** Returns how often a store was used after it had been closed. */
  int usesAfterClose() {
    return usesAfterClose.get();
  }

  /** Returns how many stores are open. */
  int openStores() {
    return open.size();
  }

  @Override
  public String name() {
    return "hooked";
  }

  @Override
  public String description() {
    return "Calls a test.";
  }

  @Override
  public Set<KvFeature> features() {
    return Set.of(KvFeature.values());
  }

  @Override
  public KvLimits limits() {
    return new KvLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  @Override
  public List<KvOption<?>> options() {
    return List.of();
  }

  @Override
  public boolean isLayer() {
    return true;
  }

  @Override
  public KvStore open(KvOpenContext context) {
    String name = context.storeName();
    String substore = name.substring(name.lastIndexOf('/') + 1);
    hook.before("open", substore, NO_KEY);
    OptionalLong seed = context.hashSeed(); // keys are not changed, so the inner store may know it
    KvOpenContext passing =
        seed.isPresent() ? context.withInnerHashSeed(seed.getAsLong()) : context;
    KvStore store = new Hooked(passing.openInner(), substore);
    open.add(store);
    return store;
  }

  /** A store that calls the test before what can matter to a split. */
  private final class Hooked extends FilterKvStore {
    private final String substore;

    Hooked(KvStore inner, String substore) {
      super(inner);
      this.substore = substore;
    }

    private void before(String operation, byte[] key) {
      if (!open.contains(this)) {
        usesAfterClose.incrementAndGet();
      }
      hook.before(operation, substore, key);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      before("get", key);
      return super.get(key);
    }

    @Override
    public boolean exists(byte[] key) {
      before("exists", key);
      return super.exists(key);
    }

    @Override
    public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
      before("read", key);
      return super.read(key, reader);
    }

    @Override
    public void put(byte[] key, byte[] value) {
      before("put", key);
      super.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
      before("delete", key);
      super.delete(key);
    }

    @Override
    public void write(KvBatch batch) {
      write(batch, Durability.DEFAULT);
    }

    @Override
    public void write(KvBatch batch, Durability durability) {
      before(batch);
      super.write(batch, durability);
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
      return type == JournaledStore.class
          ? inner.unwrap(JournaledStore.class).map(store -> type.cast(new Journaled(store)))
          : super.unwrap(type);
    }

    /** The way of journaled batches. */
    private final class Journaled implements JournaledStore {
      private final JournaledStore store;

      Journaled(JournaledStore store) {
        this.store = store;
      }

      @Override
      public void writeJournaled(KvBatch batch, long number) {
        before(batch);
        store.writeJournaled(batch, number);
      }

      @Override
      public long journalNumber() {
        return store.journalNumber();
      }
    }

    private void before(KvBatch batch) {
      before("write", NO_KEY);
      batch.replay(
          new KvBatch.Handler() {
            @Override
            public void put(byte[] key, byte[] value) {
              before("put", key);
            }

            @Override
            public void delete(byte[] key) {
              before("delete", key);
            }
          });
    }

    @Override
    public KvCursor iterate() {
      before("iterate", NO_KEY);
      return new HookedCursor(super.iterate());
    }

    @Override
    public KvTask verify() {
      return verifying.apply(super.verify());
    }

    @Override
    public void flush() {
      before("flush", NO_KEY);
      super.flush();
      hook.before("flushed", substore, NO_KEY);
    }

    @Override
    public KvStats stats() {
      KvStats stats = super.stats();
      Precision known = precision;
      return known == null
          ? stats
          : stats.toBuilder()
              .metric(imprecise(stats, KvMetric.KEYS, known))
              .metric(imprecise(stats, KvMetric.LIVE_BYTES, known))
              .build();
    }

    private KvMetric imprecise(KvStats stats, String name, Precision known) {
      KvMetric exact = stats.metric(name).orElseThrow();
      return new KvMetric(name, exact.value(), exact.unit(), exact.kind(), known, exact.text());
    }

    @Override
    public void close() {
      open.remove(this);
      super.close();
      hook.before("closed", substore, NO_KEY);
    }
  }

  /** A cursor of which is known whether it was closed. */
  private final class HookedCursor implements KvCursor {
    private final KvCursor inner;

    HookedCursor(KvCursor inner) {
      this.inner = inner;
      openCursors.add(this);
    }

    @Override
    public boolean next() {
      return inner.next();
    }

    @Override
    public byte[] key() {
      return inner.key();
    }

    @Override
    public byte[] value() {
      return inner.value();
    }

    @Override
    public void close() {
      openCursors.remove(this);
      inner.close();
    }
  }
}
