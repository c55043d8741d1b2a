// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static dev.ensemblekv.json.Fixture.metric;
import static dev.ensemblekv.json.Fixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several threads and one file: who waits for whom, and what the file then has. */
class ConcurrentPersistTest {
  private static final int WAITERS = 7;

  private final Fixture fixture = new Fixture();
  private final AtomicInteger forces = new AtomicInteger();
  private final CountDownLatch firstForce = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();

  /** Whether forces fail, but for the first one that a writer waits for. */
  private final AtomicBoolean failing = new AtomicBoolean();

  /** Opens a store whose first persist after its creation waits until the test lets it go on. */
  private KvStore openWaiting() {
    KvEnvironment environment =
        KvEnvironment.builder()
            .disk(HookedDisk.of(fixture.disk(), this::beforeForce))
            .executor(fixture.executor())
            .build();
    fixture.open().close();
    return environment.open("json", fixture.machine.directory(), KvOptions.defaults());
  }

  private void beforeForce() throws IOException {
    if (forces.incrementAndGet() == 1) {
      firstForce.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    } else if (failing.get()) {
      throw new IOException("the medium is gone");
    }
  }

  private Thread start(Runnable action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (RuntimeException | Error e) {
                thrown.add(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void syncPut(KvStore store, String key) {
    store.write(new KvBatch().put(bytes(key), bytes("1")), Durability.SYNC);
  }

  /** Waits a little; the interrupt by which a test's time limit comes ends it. */
  private static void spin() {
    if (Thread.currentThread().isInterrupted()) {
      throw new AssertionError("what is waited for does not come");
    }
    Thread.onSpinWait();
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(thread.isAlive()).isTrue();
      spin();
    }
  }

  /** Lets one synchronous writer persist, and others come meanwhile. */
  private void oneAndThenOthers(KvStore store) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    threads.add(start(() -> syncPut(store, "first")));
    firstForce.await();
    for (int i = 0; i < WAITERS; i++) {
      String key = "key" + i;
      threads.add(start(() -> syncPut(store, key)));
    }
    while (metric(store, "dirtyChanges") < WAITERS + 1) {
      spin();
    }
    threads.forEach(ConcurrentPersistTest::awaitWaiting);
    goOn.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void synchronousWritersShareAPersist() throws InterruptedException {
    try (KvStore store = openWaiting()) {
      oneAndThenOthers(store);
      assertThat(thrown).isEmpty();
      assertThat(metric(store, "persists")).isEqualTo(2);
      assertThat(fixture.afterCrash(1)).hasSize(WAITERS + 1);
    }
  }

  @Test
  void synchronousWritersShareAFailureEachByAnExceptionOfItsOwn() throws InterruptedException {
    KvStore store = openWaiting();
    failing.set(true);
    oneAndThenOthers(store);
    assertThat(metric(store, "failedPersists")).isEqualTo(1);
    assertThat(thrown).hasSize(WAITERS).doesNotHaveDuplicates();
    assertThat(thrown).allSatisfy(e -> assertThat(e).isInstanceOf(KvException.class));
    assertThatThrownBy(store::flush)
        .as("a flush after the failure tries again")
        .isInstanceOf(KvException.class);
    assertThat(metric(store, "failedPersists")).isEqualTo(2);
    failing.set(false);
    store.flush();
    assertThat(fixture.afterCrash(1)).hasSize(WAITERS + 1);
    store.close();
  }

  @Test
  void readsWritesAndStatisticsDoNotWaitForAPersist() throws InterruptedException {
    try (KvStore store = openWaiting()) {
      put(store, "a", "1");
      Thread flusher = start(store::flush);
      firstForce.await();
      put(store, "a", "2");
      put(store, "b", "3");
      assertThat(store.get(bytes("a"))).isEqualTo(bytes("2"));
      assertThat(store.size()).isEqualTo(2);
      assertThat(metric(store, "dirtyChanges")).isEqualTo(3);
      goOn.countDown();
      flusher.join();
      assertThat(fixture.afterCrash(1)).as("what the flush was for").isEqualTo(Map.of("a", "1"));
      assertThat(metric(store, "dirtyChanges")).isEqualTo(2);
    }
    assertThat(thrown).isEmpty();
  }

  @Test
  void closeWaitsForThePersistThatRunsAndPersistsTheRest() throws InterruptedException {
    KvStore store = openWaiting();
    put(store, "a", "1");
    Thread janitor = start(() -> fixture.pass(100));
    firstForce.await();
    put(store, "b", "2");
    Thread closer = start(store::close);
    awaitWaiting(closer);
    goOn.countDown();
    janitor.join();
    closer.join();
    assertThat(thrown).isEmpty();
    assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(forces.get()).isGreaterThanOrEqualTo(2);
    assertThat(fixture.executor().waitingCount()).isZero();
  }

  @Test
  void noPersistHasPartOfABatch() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    try (KvStore store = fixture.open()) {
      Thread writer =
          start(
              () -> {
                for (int i = 0; !done.get(); i++) {
                  KvBatch batch = new KvBatch();
                  for (int key = 0; key < 20; key++) {
                    batch.put(bytes("k" + key), bytes("" + i));
                  }
                  store.write(batch);
                }
              });
      for (int i = 0; i < 100; i++) {
        store.flush();
        assertThat(fixture.afterCrash(i).values().stream().distinct().count())
            .isLessThanOrEqualTo(1);
      }
      done.set(true);
      writer.join();
    }
    assertThat(thrown).isEmpty();
  }

  @Test
  void anInterruptedThreadFlushesAndStaysInterrupted() {
    try (KvStore store = fixture.open()) {
      Thread.currentThread().interrupt();
      put(store, "a", "1");
      store.flush();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "1"));
    }
  }
}
