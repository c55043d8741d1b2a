// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Chapter 4: batches. */
abstract class BatchesChapter extends Chapter {
  private static final int ROUNDS = 2000;
  private static final Duration READING = Duration.ofMillis(300);

  /** Read beside so many, however long they take. */
  private static final int LEAST_BATCHES = 10;

  /**
   * If this fails, check a batch that is sorted, grouped by key, or split into puts and deletes.
   */
  @Test
  @Rule("4.1")
  @DisplayName("KV-4.1 The operations of a batch apply in order, the last on a key wins")
  void inOrder() {
    KvStore store = store();
    fill(store, 4);
    store.write(
        new KvBatch()
            .put(key(0), value(10))
            .put(key(0), value(11))
            .delete(key(1))
            .put(key(1), value(12))
            .put(key(2), value(13))
            .delete(key(2))
            .delete(key(5))
            .put(key(6), value(14))
            .delete(key(6))
            .put(key(6), new byte[0]));
    assertContents(
        store,
        Map.of(
            ByteString.of(key(0)), ByteString.of(value(11)),
            ByteString.of(key(1)), ByteString.of(value(12)),
            ByteString.of(key(3)), ByteString.of(value(3)),
            ByteString.of(key(6)), ByteString.of(new byte[0])));
  }

  /** If this fails, check that writing a batch leaves it as it was. */
  @Test
  @Rule("4.1")
  @DisplayName("KV-4.1 A batch may be empty, and be written again, to any store")
  void reuse() {
    KvStore store = store();
    store.write(new KvBatch());
    assertThat(store.size()).isZero();
    KvBatch batch = new KvBatch().put(key(0), value(0)).delete(key(1));
    store.put(key(1), value(1));
    store.write(batch);
    store.write(batch, Durability.DEFAULT);
    assertThat(batch.count()).as("operations of a batch that was written").isEqualTo(2);
    KvStore other = open(temp.resolve("other"));
    other.write(batch);
    for (KvStore each : List.of(store, other)) {
      assertContents(each, Map.of(ByteString.of(key(0)), ByteString.of(value(0))));
    }
    KvBatch big = new KvBatch();
    for (int i = 0; i < 5000; i++) {
      big.put(key(i), value(i));
    }
    store.write(big);
    assertThat(store.size()).isEqualTo(5000);
    assertValue(store, key(4999), value(4999));
  }

  /** If this fails, check the whole batch before the first of its operations is applied. */
  @Test
  @Rule("4.3")
  @DisplayName("KV-4.3 A batch that fails validation changes nothing")
  void invalidBatches() {
    KvStore store = store();
    fill(store, 2);
    Map<ByteString, ByteString> before = contents(store);
    KvBatch emptyKey = new KvBatch().put(key(0), value(9)).put(new byte[0], value(9));
    KvBatch emptyDelete = new KvBatch().delete(key(1)).delete(new byte[0]);
    assertThatIllegalArgumentException().isThrownBy(() -> store.write(emptyKey));
    assertThatIllegalArgumentException().isThrownBy(() -> store.write(emptyDelete));
    if (store.limits().maxKeyBytes() < 64 << 20) {
      byte[] tooLong = new byte[store.limits().maxKeyBytes() + 1];
      KvBatch longKey = new KvBatch().put(key(0), value(9)).delete(key(1)).put(tooLong, value(9));
      assertThatIllegalArgumentException().isThrownBy(() -> store.write(longKey));
    }
    assertContents(store, before);
  }

  /** If this fails, check that a batch is one record, or has a mark that ends it. */
  @Test
  @Rule("4.2")
  @Requires({KvFeature.ATOMIC_BATCH, KvFeature.PERSISTENT})
  @DisplayName("KV-4.2 After a loss of power a batch is there whole or not at all")
  void atomicAtACrash(TestReporter reporter) throws Exception {
    SimulatedSubject subject = SimulatedSubject.of(this);
    seeded(reporter, seed -> explore(subject, seed));
  }

  private void explore(SimulatedSubject subject, long seed) {
    CrashExplorer.<WriteHistory>of(
            WriteHistory::new,
            (machine, history) -> {
              try (KvStore store = subject.open(machine, tck().options())) {
                for (int i = 0; i < 5; i++) {
                  KvBatch batch = new KvBatch();
                  for (int j = 0; j < 5; j++) {
                    batch.put(key(j), bytes("b" + i + "-" + "x".repeat(j * 700)));
                  }
                  history.write(store, batch.delete(key(5 + i)), Durability.DEFAULT);
                  history.put(store, key(6 + i), value(i));
                }
                history.flush(store);
              }
            },
            (machine, history) -> {
              try (KvStore store = subject.open(machine, tck().options())) {
                history.check(store);
              }
            })
        .setUp(tck()::setUp)
        .seed(seed)
        .outcomes(20)
        .build()
        .explore();
  }

  /**
   * Writes the same number to many keys in each batch, and reads one after another, while
   * iterations, flushes and compactions run beside it. If this fails, check when the operations of
   * a batch become visible.
   */
  @Test
  @Rule("4.4")
  @Requires(KvFeature.ISOLATED_BATCH)
  @DisplayName("KV-4.4 With ISOLATED_BATCH no reader sees part of a batch")
  void isolated() throws Exception {
    KvStore store = store();
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger batches = new AtomicInteger();
    Future<?> writer =
        startRunning(
            () -> {
              for (int number = 0; !over.get(); number++) {
                byte[] value = bytes(String.valueOf(number));
                KvBatch batch = new KvBatch().put(key(0), value);
                for (int i = 0; i < 20; i++) {
                  batch.put(key(100 + i), value);
                }
                store.write(batch.put(key(1), value));
                begun.countDown();
                batches.set(number);
              }
            });
    try {
      inTime("the first batch", begun);
      Duration time = READING.multipliedBy(tck().effort());
      BackgroundWork.beside(
          this,
          store,
          ROUNDS,
          time,
          () -> batches.get() >= LEAST_BATCHES || writer.isDone(),
          round -> readWhole(store, round));
    } finally {
      over.set(true);
    }
    inTime("the end of the writer", writer);
  }

  private static void readWhole(KvStore store, int round) {
    byte[] first = key(round % 2);
    byte[] second = key(1 - round % 2);
    int seen = number(store.get(first));
    assertThat(number(store.get(second)))
        .as("a batch seen in part: %s, read after %s was %d", text(second), text(first), seen)
        .isGreaterThanOrEqualTo(seen);
  }

  private static int number(byte @Nullable [] value) {
    return Integer.parseInt(text(value));
  }
}
