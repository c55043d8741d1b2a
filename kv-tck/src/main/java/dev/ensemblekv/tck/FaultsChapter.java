// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvInterruptedException;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.sim.DiskFaults;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Chapter 7: what a store does when something outside it fails. */
abstract class FaultsChapter extends Chapter {
  private static final int FILLED = 10;
  private static final int INTERRUPTED_ROUNDS = 20;

  /** How many checkpoints were begun. */
  private int copies;

  /**
   * Makes every call with the interrupt flag set. If this fails, look for a FileChannel, which an
   * interrupt closes for everyone, and for waits that end in silence.
   */
  @Test
  @Rule("7.4")
  @DisplayName("KV-7.4 A call by an interrupted thread completes or changes nothing")
  void interruptedCalls() throws Exception {
    KvStore store = store();
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int round = 0; round < 3; round++) {
      for (Map.Entry<String, Change> call : calls(store, round).entrySet()) {
        Thread.currentThread().interrupt();
        boolean completed = true;
        try {
          call.getValue().call.run();
        } catch (KvInterruptedException e) {
          completed = false;
        } finally {
          assertThat(Thread.interrupted())
              .as("the interrupt status after %s", call.getKey())
              .isTrue();
        }
        if (completed) {
          expected.putAll(call.getValue().puts);
        }
        assertThat(store.stats().state()).as("after %s", call.getKey()).isEqualTo(KvState.OPEN);
        assertContents(store, expected);
      }
    }
    inTime("a write by another thread", () -> store.put(bytes("z"), value(1)));
    expected.put(ByteString.of(bytes("z")), ByteString.of(value(1)));
    assertContents(store, expected);
    if (has(KvFeature.PERSISTENT)) {
      assertContents(reopen(), expected);
    }
  }

  /** A call and what it puts if it completes. */
  private record Change(Runnable call, Map<ByteString, ByteString> puts) {}

  private Map<String, Change> calls(KvStore store, int round) {
    byte[] value = value(round);
    Map<String, Change> calls = new LinkedHashMap<>();
    calls.put("put", change(() -> store.put(bytes("p"), value), "p", value));
    calls.put("write", change(() -> store.write(new KvBatch().put(bytes("b"), value)), "b", value));
    if (has(KvFeature.COMPARE_AND_SET)) {
      byte[] before = store.get(bytes("c"));
      calls.put(
          "compareAndSet",
          change(
              () -> assertThat(store.compareAndSet(bytes("c"), before, value)).isTrue(),
              "c",
              value));
    }
    calls.put("delete", change(() -> store.delete(bytes("absent"))));
    calls.put("get", change(() -> store.get(bytes("p"))));
    calls.put("read", change(() -> store.read(bytes("p"), buffer -> buffer.remaining())));
    calls.put("exists", change(() -> store.exists(bytes("p"))));
    calls.put("getAll", change(() -> store.getAll(List.of(bytes("p"), bytes("b")))));
    calls.put("size", change(store::size));
    calls.put("forEach", change(() -> store.forEach((key, visited) -> true)));
    calls.put("iterate", change(() -> contents(store)));
    calls.put("forEach of a prefix", change(() -> store.forEach(bytes("p"), (key, seen) -> true)));
    if (has(KvFeature.ORDERED)) {
      calls.put("scan", change(() -> collectAndClose(store.scan(KeyRange.all()))));
    }
    if (has(KvFeature.SYNC_WRITES)) {
      KvBatch batch = new KvBatch().put(bytes("s"), value);
      calls.put("write with SYNC", change(() -> store.write(batch, Durability.SYNC), "s", value));
    }
    calls.put("flush", change(store::flush));
    calls.put("verify", change(() -> await(store.verify())));
    if (has(KvFeature.COMPACT)) {
      calls.put("compact", change(() -> await(store.compact())));
    }
    if (has(KvFeature.CHECKPOINT)) {
      Path copy = temp.resolve("checkpoint-" + copies++);
      calls.put("checkpoint", change(() -> await(store.checkpoint(copy))));
    }
    calls.put("stats", change(store::stats));
    calls.put("features", change(store::features));
    calls.put("limits", change(store::limits));
    calls.put("unwrap", change(() -> store.unwrap(Runnable.class)));
    return calls;
  }

  private static void await(KvTask task) {
    task.awaitEnd();
    task.result();
  }

  private static void collectAndClose(KvCursor cursor) {
    try (cursor) {
      collect(cursor);
    }
  }

  private static Change change(Runnable call) {
    return new Change(call, Map.of());
  }

  private static Change change(Runnable call, String key, byte[] value) {
    return new Change(call, Map.of(ByteString.of(bytes(key)), ByteString.of(value)));
  }

  /**
   * Interrupts every call while it is under way, or just after. If this fails, look for a wait that
   * takes the interrupt status and does not give it back, or gives up what it began.
   */
  @Test
  @Rule("7.4")
  @DisplayName("KV-7.4 A call that is interrupted on the way completes or changes nothing")
  void interruptsDuringCalls() throws Exception {
    KvStore store = store();
    Map<ByteString, ByteString> expected = new TreeMap<>();
    Thread caller = Thread.currentThread();
    SynchronousQueue<String> calling = new SynchronousQueue<>();
    AtomicInteger sent = new AtomicInteger();
    Future<?> interrupter =
        startRunning(
            () -> {
              while (!calling.take().isEmpty()) {
                caller.interrupt();
                sent.incrementAndGet();
              }
            });
    int calls = 0;
    for (int round = 0; round < INTERRUPTED_ROUNDS; round++) {
      for (Map.Entry<String, Change> call : calls(store, round).entrySet()) {
        calling.put(call.getKey());
        calls++;
        boolean completed = true;
        try {
          call.getValue().call.run();
        } catch (KvInterruptedException e) {
          completed = false;
        }
        while (sent.get() < calls) {
          Thread.onSpinWait();
        }
        assertThat(Thread.interrupted())
            .as("the interrupt status after %s that was interrupted on the way", call.getKey())
            .isTrue();
        if (completed) {
          expected.putAll(call.getValue().puts);
        }
        assertThat(store.stats().state()).as("after %s", call.getKey()).isEqualTo(KvState.OPEN);
      }
      assertContents(store, expected);
    }
    calling.put("");
    inTime("the end of the interrupts", interrupter);
    if (has(KvFeature.PERSISTENT)) {
      assertContents(reopen(), expected);
    }
  }

  /** If this fails, look for a lock, a copy or a last write that an interrupt cuts short. */
  @Test
  @Rule("7.4")
  @DisplayName("KV-7.4 A store is opened and closed by an interrupted thread like by any other")
  void interruptedOpeningAndClosing() {
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int round = 0; round < 3; round++) {
      KvStore store = openInterrupted();
      store.put(key(round), value(round));
      expected.put(ByteString.of(key(round)), ByteString.of(value(round)));
      Thread.currentThread().interrupt();
      try {
        store.close();
      } finally {
        assertThat(Thread.interrupted()).as("the interrupt status after close").isTrue();
      }
      try (KvStore again = open(directory())) {
        if (has(KvFeature.PERSISTENT)) { // else any of it may be there
          assertContents(again, expected);
        }
      }
    }
  }

  /** Opens the store with the interrupt status set; again without if it was refused. */
  private KvStore openInterrupted() {
    store().close();
    Thread.currentThread().interrupt();
    try {
      return open(directory());
    } catch (KvInterruptedException e) {
      assertThat(Thread.interrupted()).as("the interrupt status after opening").isTrue();
      return open(directory());
    } finally {
      Thread.interrupted();
    }
  }

  /** If this fails, look for a channel or lock that one thread's interrupt takes from all. */
  @Test
  @Rule("7.4")
  @DisplayName("KV-7.4 Interrupts of some threads do not disturb others")
  void interruptsOfOtherThreads() throws Exception {
    KvStore store = store();
    fill(store, 20);
    AtomicBoolean over = new AtomicBoolean();
    List<Future<?>> threads = new ArrayList<>();
    threads.add(
        startRunning(
            () -> {
              for (int i = 0; !over.get(); i++) {
                Thread.currentThread().interrupt();
                try {
                  store.put(bytes("interrupted"), value(i));
                  store.get(key(i % 20));
                  store.flush();
                } catch (KvInterruptedException e) {
                  // It is allowed to give up.
                }
              }
            }));
    for (int i = 0; i < 300; i++) {
      store.put(bytes("calm"), value(i));
      assertValue(store, bytes("calm"), value(i));
      assertValue(store, key(i % 20), value(i % 20));
      if (i % 50 == 0) {
        store.flush();
      }
    }
    over.set(true);
    for (Future<?> thread : threads) {
      inTime("the end of the interrupted thread", thread);
    }
    assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    if (has(KvFeature.PERSISTENT)) {
      assertValue(reopen(), bytes("calm"), value(299));
    }
  }

  /** If this fails, check that room is made sure of first, or what was half done is undone. */
  @Test
  @Rule("7.3")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-7.3 On a full disk a write is refused, and nothing is lost or half there")
  void fullDisk() {
    byte[] big = new byte[3000];
    boolean seen = false;
    for (int roomBytes = 0; roomBytes < 12_000; roomBytes += 997) {
      SimulatedSubject subject = SimulatedSubject.of(this);
      DiskFaults faults = subject.machine().disk().faults();
      KvStore store = subject.open();
      Map<ByteString, ByteString> expected = new TreeMap<>();
      faults.fullAfter(roomBytes);
      KvException failure = null;
      byte[] unknown = key(0);
      for (int i = 0; i < 12 && failure == null; i++) {
        byte[] key = key(i);
        unknown = key;
        failure = AfterFailure.attempt(() -> store.put(key, big));
        if (failure == null) {
          expected.put(ByteString.of(key), ByteString.of(big));
          failure = AfterFailure.attempt(store::flush);
        }
      }
      seen |= failure != null;
      expected.forEach((key, value) -> assertValue(store, key.toArray(), value.toArray()));
      faults.clear();
      expected.remove(ByteString.of(unknown));
      AfterFailure.check(store, failure, expected, tck().mustHappen());
      try (KvStore again = subject.open()) {
        AfterFailure.assertContentsBut("after reopening", unknown, again, expected);
        again.put(unknown, value(2));
        assertValue(again, unknown, value(2));
      }
    }
    Assumptions.assumeTrue(seen, "cannot be seen: the store did not fill the disk");
  }

  /**
   * Lets a force fail of which later ones succeed without doing anything, as Linux does. If this
   * fails, look for a force that is tried again, or a flush after it that claims success.
   */
  @Test
  @Rule("7.3")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-7.3 After a failed force nothing is claimed to be durable that is not")
  void failedForce() {
    boolean seen = false;
    for (int skipped = 0; skipped < 6; skipped++) {
      SimulatedSubject subject = SimulatedSubject.of(this);
      KvStore store = subject.open();
      fill(store, FILLED);
      store.flush();
      Map<ByteString, ByteString> durable = contents(store);
      subject
          .machine()
          .disk()
          .faults()
          .fail(DiskOperation.FORCE, SimulatedSubject::isEngineFile, skipped, 1);
      KvException failure = null;
      byte[] unknown = key(FILLED);
      for (int i = 0; i < 6 && failure == null; i++) {
        byte[] key = key(FILLED + i);
        unknown = key;
        failure = AfterFailure.attempt(() -> store.put(key, value(9)));
        failure = failure == null ? AfterFailure.attempt(store::flush) : failure;
        if (failure == null) {
          durable.put(ByteString.of(key), ByteString.of(value(9)));
        }
      }
      seen |= failure != null;
      durable.remove(ByteString.of(unknown));
      if (failure != null) {
        assertThat(store.stats().state())
            .as("after %s", failure)
            .isIn(KvState.FAILED, KvState.DEGRADED);
        durable.forEach((key, value) -> assertValue(store, key.toArray(), value.toArray()));
      }
      AfterFailure.check(store, failure, durable, tck().mustHappen());
      try (KvStore again = subject.open(subject.machine().afterCrash(1), tck().options())) {
        AfterFailure.assertContentsBut("after a loss of power", unknown, again, durable);
      }
    }
    Assumptions.assumeTrue(seen, "cannot be seen: this store never forces its files");
  }
}
