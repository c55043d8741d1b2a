// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.FilterKvStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stores that are wrong about chapter 2. */
final class WrongPointOperations {
  private static final long WAIT_NANOS = 250_000_000;
  private static final long POLL_NANOS = 10_000;

  private WrongPointOperations() {}

  /**
   * Waits until something was done once more, for a while: where nobody does it, it does not
   * matter, and where somebody does, even a busy machine lets him in.
   */
  static void awaitNext(AtomicLong done, long before) {
    long end = System.nanoTime() + WAIT_NANOS;
    while (done.get() == before && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Writes what a swap should, whatever has become of what it compared. */
  static boolean set(KvStore store, byte[] key, byte @Nullable [] replacement) {
    if (replacement == null) {
      store.delete(key);
    } else {
      store.put(key, replacement);
    }
    return true;
  }

  @CaughtBy(rule = "2.1", saying = "found absent")
  static final class FilterForgetsSomeKeys extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          return Arrays.hashCode(key) % 64 == 5 ? null : inner.get(key);
        }
      };
    }
  }

  @CaughtBy(rule = "2.1", saying = "after these steps")
  static final class CacheNotToldOfBatches extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Map<ByteString, byte[]> cache = new ConcurrentHashMap<>();
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] cached = cache.get(ByteString.of(key));
          byte[] value = cached != null ? cached : inner.get(key);
          if (value != null) {
            cache.put(ByteString.of(key), value);
          }
          return value == null ? null : value.clone();
        }

        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          cache.put(ByteString.of(key), value.clone());
        }

        @Override
        public void delete(byte[] key) {
          inner.delete(key);
          cache.remove(ByteString.of(key));
        }

        @Override
        public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          cache.remove(ByteString.of(key));
          return inner.compareAndSet(key, expected, replacement);
        }
      };
    }
  }

  @CaughtBy(rule = "2.1", saying = "[getAll]")
  static final class GetAllInTheEnginesOrder extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public List<byte @Nullable []> getAll(List<byte[]> keys) {
          List<byte[]> sorted = new ArrayList<>(keys);
          sorted.sort(Arrays::compareUnsigned);
          return inner.getAll(sorted);
        }
      };
    }
  }

  @CaughtBy(rule = "2.1", saying = "calls of the reader")
  static final class ReaderCalledAgainAfterARace extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
          inner.read(key, reader);
          return inner.read(key, reader);
        }
      };
    }
  }

  @CaughtBy(rule = "2.2", saying = "expected '', found hex:e8e8")
  static final class ShorterValueKeepsTheOldTail extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          byte[] old = inner.get(key);
          byte[] stored = old == null || old.length < value.length ? value : old;
          System.arraycopy(value, 0, stored, 0, value.length);
          inner.put(key, stored);
        }
      };
    }
  }

  @CaughtBy(rule = "2.3", saying = "not found")
  static final class DeleteOfAbsentThrows extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void delete(byte[] key) {
          if (!inner.exists(key)) {
            throw new KvException("not found", null);
          }
          inner.delete(key);
        }
      };
    }
  }

  @CaughtBy(rule = "2.3", saying = "value of 'key-00000': expected 'value-0', found absent")
  static final class DeleteTakesTheNextKey extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public void delete(byte[] key) {
          try (KvCursor cursor = inner.scan(KeyRange.from(key))) {
            if (cursor.next()) {
              inner.delete(cursor.key());
            }
          }
        }
      };
    }
  }

  @CaughtBy(rule = "2.4", saying = "exists(key-")
  static final class ExistsSaysMaybe extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public boolean exists(byte[] key) {
          return inner.exists(key) || Arrays.hashCode(key) % 50 == 1;
        }
      };
    }
  }

  @CaughtBy(rule = "2.5", saying = "after 10 overwrites")
  static final class CountsOverwrites extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicLong count = new AtomicLong();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          inner.put(key, value);
          count.incrementAndGet();
        }

        @Override
        public long size() {
          return count.get();
        }
      };
    }
  }

  @CaughtBy(rule = "2.5", saying = "after a delete, again, and of an absent key")
  static final class CountsDeletesOfAbsentKeys extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicLong deletes = new AtomicLong();
      return new FilterKvStore(sound) {
        @Override
        public void delete(byte[] key) {
          deletes.addAndGet(inner.exists(key) ? 0 : 1);
          inner.delete(key);
        }

        @Override
        public long size() {
          return inner.size() - deletes.get();
        }
      };
    }
  }

  /** What is filled in too late stays: a write takes out of the cache only what it replaced. */
  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class CacheFilledAfterTheValueChanged extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Map<ByteString, ByteString> cache = new ConcurrentHashMap<>();
      Function<byte[], Interlude> interludes = Interlude.ofEachKey();
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          ByteString cached = cache.get(ByteString.of(key));
          if (cached != null) {
            return cached.toArray();
          }
          long before = interludes.apply(key).events();
          byte[] value = inner.get(key);
          if (value != null) {
            interludes.apply(key).await(before, 1);
            cache.put(ByteString.of(key), ByteString.of(value));
          }
          return value;
        }

        @Override
        public void put(byte[] key, byte[] value) {
          evictAfter(key, () -> inner.put(key, value));
          interludes.apply(key).happened();
        }

        @Override
        public void delete(byte[] key) {
          evictAfter(key, () -> inner.delete(key));
        }

        @Override
        public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          AtomicBoolean swapped = new AtomicBoolean();
          evictAfter(key, () -> swapped.set(inner.compareAndSet(key, expected, replacement)));
          return swapped.get();
        }

        @Override
        public void write(KvBatch batch, Durability durability) {
          inner.write(batch, durability);
          cache.clear();
        }

        private synchronized void evictAfter(byte[] key, Runnable write) {
          byte[] old = inner.get(key);
          write.run();
          if (old != null) {
            cache.remove(ByteString.of(key), ByteString.of(old));
          }
        }
      };
    }
  }

  @CaughtBy(rule = "2.6", saying = "no order of these calls")
  static final class OthersSeeAWriteLater extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      ThreadLocal<Map<ByteString, byte[]>> buffers = ThreadLocal.withInitial(() -> new HashMap<>());
      return new FilterKvStore(sound) {
        @Override
        public byte @Nullable [] get(byte[] key) {
          byte[] own = buffers.get().get(ByteString.of(key));
          return own == null ? inner.get(key) : own.clone();
        }

        @Override
        public void put(byte[] key, byte[] value) {
          drain();
          buffers.get().put(ByteString.of(key), value.clone());
        }

        private void drain() {
          buffers.get().forEach((key, value) -> inner.put(key.toArray(), value));
          buffers.get().clear();
        }
      };
    }
  }

  @CaughtBy(rule = "2.7", saying = "what swaps left after")
  static final class SwapsNotAtomicAgainstPuts extends WrongStoreTck {
    private static final long WAIT_SECONDS = 2;

    /** A swap that has compared and waits for a put, which then waits until the swap has set. */
    private record Gap(CountDownLatch put, CountDownLatch set) {}

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      AtomicLong puts = new AtomicLong();
      AtomicReference<@Nullable Gap> open = new AtomicReference<>();
      return new FilterKvStore(sound) {
        @Override
        public void put(byte[] key, byte[] value) {
          Gap gap = open.get();
          inner.put(key, value);
          puts.incrementAndGet();
          if (gap != null) {
            gap.put.countDown();
            await(gap.set);
          }
        }

        @Override
        public synchronized boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          if (!Arrays.equals(inner.get(key), expected)) {
            return false;
          }
          if (puts.get() <= 1) { // nobody puts again and again, so there is no put to wait for
            return set(inner, key, replacement);
          }
          Gap gap = new Gap(new CountDownLatch(1), new CountDownLatch(1));
          open.set(gap);
          await(gap.put);
          open.set(null);
          set(inner, key, replacement);
          gap.set.countDown();
          return true;
        }

        private void await(CountDownLatch latch) {
          try {
            latch.await(WAIT_SECONDS, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      };
    }
  }

  @CaughtBy(rule = "2.7", saying = "the counter")
  static final class SwapsLost extends WrongStoreTck {
    private static final long WAIT_MILLIS = 250;

    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      Exchanger<byte[]> meeting = new Exchanger<>();
      AtomicBoolean lost = new AtomicBoolean();
      return new FilterKvStore(sound) {
        @Override
        public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          if (!Arrays.equals(inner.get(key), expected)) {
            return false;
          }
          if (!lost.get() && meetsAnother(key)) {
            lost.set(true); // both have compared, and both will set
          }
          return set(inner, key, replacement);
        }

        private boolean meetsAnother(byte[] key) {
          try {
            meeting.exchange(key, WAIT_MILLIS, TimeUnit.MILLISECONDS);
            return true;
          } catch (TimeoutException e) {
            return false;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
          }
        }
      };
    }
  }

  @CaughtBy(rule = "2.7", saying = "a prefix")
  static final class SwapComparesHowValuesBegin extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          byte[] value = inner.get(key);
          boolean begins =
              value != null && expected != null && ByteString.of(value).startsWith(expected);
          return inner.compareAndSet(key, begins ? value : expected, replacement);
        }
      };
    }
  }

  @CaughtBy(rule = "2.7", saying = "exists after a swap of nothing")
  static final class SwapOfAbsentCreatesAnEmptyValue extends WrongStoreTck {
    @Override
    KvStore engine(KvStore sound, KvOpenContext context) {
      return new FilterKvStore(sound) {
        @Override
        public boolean compareAndSet(
            byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
          boolean nothing = expected == null && replacement == null;
          return inner.compareAndSet(key, expected, nothing ? new byte[0] : replacement);
        }
      };
    }
  }
}
