// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.KvOpenContext;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.eclipse.collections.api.block.predicate.primitive.IntPredicate;
import org.eclipse.collections.api.block.procedure.primitive.IntIntProcedure;
import org.eclipse.collections.impl.map.mutable.primitive.IntIntHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A substore that keeps no pairs, only which puts it took and what they weigh. Like an engine with
 * blind puts it tells the number of its keys as a bound. Each key is put once. For one thread.
 */
final class AccountingStore extends AbstractKvStore {
  static final Set<KvFeature> FEATURES = Set.of();
  static final KvLimits LIMITS = new KvLimits(511, Integer.MAX_VALUE, Long.MAX_VALUE);

  private final Accounts accounts;
  private final int number;

  /**
   * Of each put the {@link Shared} files that it is in; {@link Shared#NONE}: those of this store.
   */
  private IntIntHashMap puts;

  private long liveBytes;
  private long deadBytes;

  @SuppressWarnings("this-escape") // it is only kept
  AccountingStore(KvOpenContext context, Accounts accounts) {
    super(context, LIMITS, FEATURES);
    this.accounts = accounts;
    this.number = accounts.add(this);
    this.puts = accounts.takeCopy(context.directory());
    puts.forEachKey(put -> liveBytes += weight(put));
  }

  /** Returns the key of a put. */
  static byte[] key(int put) {
    return ByteBuffer.allocate(Plan.KEY_BYTES).putInt(put).array();
  }

  private static int put(byte[] key) {
    return ByteBuffer.wrap(key).getInt();
  }

  private int length(int put) {
    return accounts.plan().valueLength(put);
  }

  /** Returns the bytes of a put, key and value. */
  long weight(int put) {
    return Plan.KEY_BYTES + (long) length(put);
  }

  @Override
  protected boolean isAtomic() {
    return true;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    int put = put(key);
    if (!puts.containsKey(put)) {
      return null;
    }
    accounts.read(number, put, weight(put));
    return new byte[length(put)];
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    int put = put(key);
    if (value != null && !puts.containsKey(put)) {
      puts.put(put, Shared.NONE);
      liveBytes += weight(put);
      accounts.put(weight(put));
    } else if (value == null && puts.containsKey(put)) {
      puts.remove(put);
      liveBytes -= weight(put);
      deadBytes += weight(put);
    }
  }

  @Override
  public long size() {
    return puts.size();
  }

  @Override
  public KvCursor iterate() {
    return new Walk(puts.keySet().toArray());
  }

  /** What was removed is given back once it is half as much as what is left. */
  @Override
  public void flush() {
    if (2 * deadBytes > liveBytes) {
      accounts.compact(liveBytes, deadBytes);
      deadBytes = 0;
    }
  }

  /** Does it at once, as in one thread nobody can wait for it. */
  @Override
  public KvTask verify() {
    return KvTask.start(Runnable::run, "verify", "keys", this::readAll);
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type == DivisibleStore.class && accounts.plan().split() == Plan.Split.NATIVE
        ? Optional.of(type.cast(new AccountingDivision(this, accounts, context().hashSeed())))
        : super.unwrap(type);
  }

  /** Calls for each put, with the shared files that it is in. */
  void forEachPut(IntIntProcedure action) {
    puts.forEachKeyValue(action);
  }

  /** Has the puts be in other files. */
  void replace(IntIntHashMap moved) {
    puts.putAll(moved);
  }

  /** Forgets some puts, which are somebody else's now. */
  void giveUp(IntPredicate others) {
    for (int put : puts.keySet().toArray()) {
      if (others.accept(put)) {
        puts.remove(put);
        liveBytes -= weight(put);
      }
    }
  }

  @Override
  public KvStats stats() {
    return statsBuilder()
        .metric(KvMetric.upperBound(KvMetric.KEYS, puts.size(), Unit.COUNT, "Keys."))
        .metric(KvMetric.upperBound(KvMetric.LIVE_BYTES, liveBytes, Unit.BYTES, "Live bytes."))
        .build();
  }

  /** Forgets what it holds. */
  void forget() {
    puts = new IntIntHashMap();
  }

  @Override
  public void close() {}

  /** Goes through what there was at the beginning, as far as it is still there. */
  private final class Walk implements KvCursor {
    private final int[] all;
    private int at = -1;

    Walk(int[] all) {
      this.all = all;
    }

    @Override
    public boolean next() {
      do {
        at++;
      } while (at < all.length && !puts.containsKey(all[at]));
      if (at >= all.length) {
        return false;
      }
      accounts.read(number, all[at], weight(all[at]));
      return true;
    }

    @Override
    public byte[] key() {
      return AccountingStore.key(put());
    }

    @Override
    public byte[] value() {
      return new byte[length(put())];
    }

    private int put() {
      if (at < 0 || at >= all.length) {
        throw new NoSuchElementException("the cursor stands on no pair: call next() first");
      }
      return all[at];
    }

    @Override
    public void close() {
      at = all.length;
    }
  }
}
