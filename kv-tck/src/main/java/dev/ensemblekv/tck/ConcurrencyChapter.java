// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.RegisterHistory.Call;
import dev.ensemblekv.tck.RegisterHistory.Kind;
import dev.ensemblekv.tck.internal.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Chapter 2: what reads and writes of single keys do, by many threads. */
abstract class ConcurrencyChapter extends Chapter {
  private static final int THREADS = 4;
  private static final int CALLS_PER_THREAD = 40;
  private static final int KEYS = 2;
  private static final int LEAST_ROUNDS = 6;
  private static final Duration ROUNDS = Duration.ofMillis(600);
  private static final int SWAPS_PER_THREAD = 60;

  /** Of swaps that are not atomic, about every second one shows. */
  private static final int LEAST_SWAPS = 20;

  private static final long POLL_NANOS = 10_000;

  /**
   * Has threads make random calls on two keys at once, again and again, while iterations, flushes
   * and compactions run beside them, and whatever the growth of the store sets going. If this
   * fails, the message has the calls that no order explains: look for a read that goes around a
   * lock, a cache filled after the value changed, a compaction that brings back what it copied.
   */
  @Test
  @Rule("2.6")
  @Requires(KvFeature.LINEARIZABLE)
  @DisplayName("KV-2.6 Calls on a key take effect one after another, each before it returns")
  void callsAreLinearizable(TestReporter reporter) throws Exception {
    seeded(
        reporter,
        seed ->
            BackgroundWork.beside(
                this,
                store(),
                LEAST_ROUNDS,
                time(ROUNDS),
                () -> true,
                round -> runRound(seed, round)));
  }

  private Duration time(Duration once) {
    return once.multipliedBy(tck().effort());
  }

  private void runRound(long seed, int round) throws Exception {
    List<byte[]> keys = new ArrayList<>(); // new ones, so that the store grows
    List<RegisterHistory> histories = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      keys.add(bytes("r" + round + "-" + i));
      histories.add(new RegisterHistory(THREADS + 1));
    }
    CyclicBarrier barrier = new CyclicBarrier(THREADS);
    List<Future<?>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      SplittableRandom random = new SplittableRandom(seed + round * 31L + i);
      threads.add(
          startRunning(
              () -> {
                barrier.await();
                for (int call = 0; call < CALLS_PER_THREAD; call++) {
                  int chosen = random.nextInt(KEYS);
                  String unique = "v" + thread + "." + call;
                  histories.get(chosen).add(thread, call(keys.get(chosen), unique, random));
                }
              }));
    }
    for (Future<?> thread : threads) {
      inTime("a round of calls", thread);
    }
    for (int i = 0; i < KEYS; i++) {
      histories.get(i).add(THREADS, read(keys.get(i), store()::get)); // what is left in the end
      histories.get(i).check(null);
    }
  }

  /** Makes one random call. */
  private Call call(byte[] key, String unique, SplittableRandom random) {
    KvStore store = store();
    byte[] value = bytes(unique);
    ByteString written = ByteString.of(value);
    int kind = random.nextInt(has(KvFeature.COMPARE_AND_SET) ? 12 : 9);
    // What is expected is read before the call is timed, so that swaps succeed now and then.
    byte[] expected = kind < 9 || random.nextInt(4) == 0 ? null : store.get(key);
    long called = System.nanoTime();
    switch (kind) {
      case 0, 1, 2 -> store.put(key, value);
      case 3 -> store.write(oneWrite(key, value));
      case 4 -> {
        store.delete(key);
        written = null;
      }
      case 5 -> {
        boolean present = store.exists(key);
        return new Call(Kind.EXISTS, null, null, present, called, System.nanoTime());
      }
      case 6, 7 -> {
        return read(key, store::get);
      }
      case 8 -> {
        return read(key, random.nextBoolean() ? this::lent : this::oneOfAll);
      }
      default -> {
        byte[] replacement = kind == 9 ? null : value;
        boolean swapped = store.compareAndSet(key, expected, replacement);
        return new Call(
            Kind.COMPARE_AND_SET,
            ByteString.ofNullable(expected),
            ByteString.ofNullable(replacement),
            swapped,
            called,
            System.nanoTime());
      }
    }
    return new Call(Kind.WRITE, null, written, true, called, System.nanoTime());
  }

  private static Call read(byte[] key, Function<byte[], byte @Nullable []> reading) {
    long called = System.nanoTime();
    ByteString seen = ByteString.ofNullable(reading.apply(key));
    return new Call(Kind.READ, null, seen, true, called, System.nanoTime());
  }

  /** Returns a batch that no reader may see in part: of one put, unless batches are isolated. */
  private KvBatch oneWrite(byte[] key, byte[] value) {
    KvBatch batch = new KvBatch();
    if (has(KvFeature.ISOLATED_BATCH)) {
      batch.delete(key);
    }
    return batch.put(key, value);
  }

  private byte @Nullable [] lent(byte[] key) {
    return store()
        .read(
            key,
            value -> {
              byte[] bytes = new byte[value.remaining()];
              value.get(bytes);
              return bytes;
            });
  }

  private byte @Nullable [] oneOfAll(byte[] key) {
    return store().getAll(List.of(bytes("absent"), key)).get(1);
  }

  /** If this fails, check that a swap holds what keeps other swaps of the key out. */
  @Test
  @Rule("2.7")
  @Requires(KvFeature.COMPARE_AND_SET)
  @DisplayName("KV-2.7 Of swaps that race, none is lost: a counter counts each")
  void countersCount() throws Exception {
    KvStore store = store();
    store.put(key(0), bytes("0"));
    List<Future<?>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(
          startRunning(
              () -> {
                for (int swaps = 0; swaps < SWAPS_PER_THREAD; ) {
                  byte[] old = Objects.requireNonNull(store.get(key(0)));
                  byte[] next = bytes(String.valueOf(Integer.parseInt(text(old)) + 1));
                  swaps += store.compareAndSet(key(0), old, next) ? 1 : 0;
                }
              }));
    }
    for (Future<?> thread : threads) {
      inTime("the swaps", thread);
    }
    assertThat(text(store.get(key(0))))
        .as("the counter")
        .isEqualTo(String.valueOf(THREADS * SWAPS_PER_THREAD));
  }

  /**
   * Has one thread own a key by a swap while others put, delete and write batches of it. If this
   * fails, check that a swap keeps out other kinds of write, not only other swaps.
   */
  @Test
  @Rule("2.7")
  @Requires(KvFeature.COMPARE_AND_SET)
  @DisplayName("KV-2.7 A swap is atomic against puts, deletes and batches too")
  void swapsAreAtomicAgainstOtherWrites() throws Exception {
    KvStore store = store();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger swaps = new AtomicInteger();
    // The writer writes even numbers in ascending order, the swapper makes each odd. A swap that
    // is not atomic writes over a newer number: the writer finds a smaller one than it wrote.
    Future<?> swapper =
        startRunning(
            () -> {
              while (!over.get()) {
                byte[] old = store.get(key(0));
                if (old != null && Integer.parseInt(text(old)) % 2 == 0) {
                  byte[] odd = bytes(String.valueOf(Integer.parseInt(text(old)) + 1));
                  swaps.addAndGet(store.compareAndSet(key(0), old, odd) ? 1 : 0);
                }
              }
            });
    long end = System.nanoTime() + time(ROUNDS.dividedBy(2)).toNanos();
    boolean late = false;
    for (int number = 0; !swapper.isDone() && (!late || swaps.get() < LEAST_SWAPS); number += 2) {
      int before = swaps.get();
      byte[] written = bytes(String.valueOf(number));
      if (number > 0) {
        assertWrittenOrSwapped(store, number - 2);
      }
      switch (number % 6) {
        case 0 -> store.put(key(0), written);
        case 2 -> store.write(new KvBatch().put(key(0), written));
        default -> {
          store.delete(key(0));
          byte[] deleted = store.get(key(0));
          assertThat(text(deleted)).as("what swaps left after a delete").isEqualTo("absent");
          store.put(key(0), written);
        }
      }
      assertWrittenOrSwapped(store, number); // and again before the next write
      late = System.nanoTime() >= end;
      if (late) { // on a machine that lets the swapper in too seldom, it gets all the time it needs
        inTime("a swap of " + number, () -> awaitSwap(swaps, before, swapper));
      }
    }
    over.set(true);
    inTime("the end of the swapper", swapper);
  }

  private static void awaitSwap(AtomicInteger swaps, int before, Future<?> swapper) {
    while (swaps.get() == before && !swapper.isDone()) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static void assertWrittenOrSwapped(KvStore store, int number) {
    assertThat(text(store.get(key(0))))
        .as("what swaps left after a put of %d", number)
        .isIn(String.valueOf(number), String.valueOf(number + 1));
  }
}
