// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stores that one thread finds sound: calls of others, or a compaction beside them, undo them. */
final class WrongUnderLoad {
  private WrongUnderLoad() {}

  /** Each thread reads of a key, once, what the last put by another thread replaced. */
  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class OldValueReadByAnotherThread extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Map<ByteString, byte[]> replaced = new ConcurrentHashMap<>();
      Map<ByteString, Thread> writers = new ConcurrentHashMap<>();
      Set<Map.Entry<Thread, ByteString>> served = ConcurrentHashMap.newKeySet();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          byte[] old = inner.get(key);
          inner.put(key, value);
          if (old != null) {
            replaced.put(ByteString.of(key), old);
            writers.put(ByteString.of(key), Thread.currentThread());
          }
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
          ByteString name = ByteString.of(key);
          Thread self = Thread.currentThread();
          byte[] old = replaced.get(name);
          if (old == null || writers.get(name) == self || !served.add(Map.entry(self, name))) {
            return inner.get(key);
          }
          return old.clone();
        }
      };
    }
  }

  /** Two copies, of which the second is behind by one write; reads take turns. */
  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class ReadsGoBackInTime extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Map<ByteString, byte[]> second = new ConcurrentHashMap<>();
      Map<ByteString, Integer> turns = new ConcurrentHashMap<>();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          byte[] old = inner.get(key);
          if (old != null) {
            second.put(ByteString.of(key), old);
          }
          inner.put(key, value);
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
          ByteString name = ByteString.of(key);
          byte[] behind = second.get(name);
          boolean first = turns.merge(name, 1, Integer::sum) % 2 == 1;
          return first || behind == null ? inner.get(key) : behind.clone();
        }
      };
    }
  }

  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class SwapWritesOverWhatCameBetween extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Function<byte[], Interlude> interludes = Interlude.ofEachKey();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          interludes.apply(key).happened();
        }

        @Override
        public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          long before = interludes.apply(key).events();
          if (!Arrays.equals(inner.get(key), expected)) {
            return false;
          }
          interludes.apply(key).await(before, 1);
          return WrongPointOperations.set(inner, key, replacement);
        }
      };
    }
  }

  /** A store that is sound but while it compacts, which lasts until that has been seen. */
  private abstract static class WhileCompactingTck extends WrongStoreTck {
    private static final int SEEN = 500;
    private static final int MOST_SECONDS = 8;
    private static final long POLL_NANOS = 100_000;

    /** Makes the wrong engine, which begins and ends its compactions. */
    abstract Compacting compacting(KvStore sound);

    @Override
    Set<KvFeature> alsoDeclared() {
      return Set.of(KvFeature.COMPACT);
    }

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Compacting store = compacting(sound);
      store.context = context;
      return store;
    }

    /** An engine that compacts. */
    abstract class Compacting extends FilterKvStore {
      final Map<ByteString, byte[]> copy = new ConcurrentHashMap<>();
      private final CountDownLatch seen = new CountDownLatch(SEEN);
      private final AtomicLong compactions = new AtomicLong();
      private @Nullable KvOpenContext context;

      Compacting(KvStore inner) {
        super(inner);
      }

      final boolean isCompacting() {
        return compactions.get() > 0;
      }

      /** Notes that a call was answered wrongly. */
      final void answered() {
        seen.countDown();
      }

      @Override
      public Set<KvFeature> features() {
        return with(inner.features(), alsoDeclared());
      }

      @Override
      public KvTask compact() {
        copy.clear();
        try (KvCursor cursor = inner.iterate()) {
          while (cursor.next()) {
            copy.put(ByteString.of(cursor.key()), cursor.value());
          }
        }
        compactions.incrementAndGet();
        return KvTask.start(
            Objects.requireNonNull(context).executor(),
            "compact",
            "keys",
            progress -> {
              long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
              while (seen.getCount() > 0 && System.nanoTime() - end < 0) {
                progress.advance(0); // cancelled by the close
                LockSupport.parkNanos(POLL_NANOS);
              }
              compactions.decrementAndGet();
            });
      }
    }
  }

  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class OldTableReadWhileCompacting extends WhileCompactingTck {
    @Override
    Compacting compacting(KvStore sound) {
      return new Compacting(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] value = inner.get(key);
          byte[] old = copy.get(ByteString.of(key));
          if (!isCompacting() || Arrays.equals(value, old)) {
            return value;
          }
          answered();
          return old == null ? null : old.clone();
        }
      };
    }
  }

  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class PutsLostWhileCompacting extends WhileCompactingTck {
    @Override
    Compacting compacting(KvStore sound) {
      return new Compacting(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          if (isCompacting()) {
            answered();
          } else {
            inner.put(key, value);
          }
        }
      };
    }
  }
}
