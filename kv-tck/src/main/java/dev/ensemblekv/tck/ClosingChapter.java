// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Chapter 6: what closing does to calls under way and to later ones. */
abstract class ClosingChapter extends Chapter {
  private static final int THREADS = 3;

  /** If this fails, check what a second close releases again, and two at once. */
  @Test
  @Rule("6.1")
  @DisplayName("KV-6.1 close may be called again, and by many threads at once")
  void closingAgain() throws Exception {
    KvStore store = store();
    fill(store, 3);
    List<Future<?>> closers = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      closers.add(startRunning(store::close));
    }
    for (Future<?> closer : closers) {
      inTime("close", closer);
    }
    inTime("close once more", store::close);
    assertThat(store.stats().state()).isEqualTo(KvState.CLOSED);
  }

  /** If this fails, check what is buffered, cached or waiting at the moment of closing. */
  @Test
  @Rule("6.1")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-6.1 close makes every completed write durable")
  void closingKeepsWhatWasWritten() {
    Map<ByteString, ByteString> expected = new LinkedHashMap<>();
    for (int i = 0; i < 5; i++) {
      KvStore store = store();
      store.put(key(i), value(i));
      expected.put(ByteString.of(key(i)), ByteString.of(value(i)));
      store.write(new KvBatch().put(key(50 + i), value(i)).delete(key(i - 1)));
      expected.put(ByteString.of(key(50 + i)), ByteString.of(value(i)));
      expected.remove(ByteString.of(key(i - 1)));
      assertContents(reopen(), expected);
      store().delete(key(50));
      expected.remove(ByteString.of(key(50)));
      assertContents(reopen(), expected);
    }
  }

  /** If this fails, check that close waits for calls inside before it releases what they use. */
  @Test
  @Rule("6.1")
  @DisplayName("KV-6.1 close waits for point calls under way, which complete")
  void closingDrainsPointCalls() throws Exception {
    KvStore store = store();
    store.put(key(0), value(0));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Future<byte[]> reading =
        start(
            () ->
                Objects.requireNonNull(
                    store.read(
                        key(0),
                        value -> {
                          inside.countDown();
                          holdUntil(release);
                          byte[] bytes = new byte[value.remaining()];
                          value.get(bytes);
                          return bytes;
                        })));
    inTime("a reader's call", inside);
    Future<?> closing = startRunning(store::close);
    try {
      assertNotYet("the end of close, with a reader inside,", closing);
    } finally {
      release.countDown();
    }
    assertThat(inTime("the end of the reader", reading)).isEqualTo(value(0));
    inTime("the end of close", closing);
  }

  /** If this fails, check what an iteration holds while its visitor runs. */
  @Test
  @Rule("6.1")
  @DisplayName(
      "KV-6.1 close returns while a visitor is blocked; the iteration ends at its next step")
  void closingDuringAVisit() throws Exception {
    KvStore store = store();
    fill(store, 3);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger visits = new AtomicInteger();
    Future<?> iterating =
        startRunning(
            () ->
                store.forEach(
                    (key, value) -> {
                      visits.incrementAndGet();
                      inside.countDown();
                      holdUntil(release);
                      return true;
                    }));
    inTime("a visit", inside);
    try {
      inTime("close during a visit", store::close);
    } finally {
      release.countDown();
    }
    assertThatThrownBy(() -> inTime("the end of the iteration", iterating))
        .isInstanceOf(StoreClosedException.class);
    assertThat(visits).as("visits").hasValue(1);
  }

  /** If this fails, check that the store knows its cursors, and which of them are open. */
  @Test
  @Rule("6.1")
  @DisplayName("KV-6.1 Cursors left open are closed and counted; their next step says why")
  void closingUnderCursors() throws Exception {
    KvStore store = store();
    fill(store, 10);
    KvCursor begun = store.iterate();
    KvCursor fresh = store.iterate();
    KvCursor closed = store.iterate();
    assertThat(begun.next()).isTrue();
    closed.next();
    closed.close();
    int leaked = 2;
    List<KvCursor> cursors = new ArrayList<>(List.of(begun, fresh));
    if (has(KvFeature.ORDERED)) {
      KvCursor scan = store.scan(KeyRange.all());
      assertThat(scan.next()).isTrue();
      cursors.add(scan);
      leaked++;
    }
    inTime("close under cursors", store::close);
    for (KvCursor cursor : cursors) {
      assertThatExceptionOfType(StoreClosedException.class)
          .as("the next step of a cursor")
          .isThrownBy(cursor::next);
      assertThatExceptionOfType(StoreClosedException.class)
          .as("the step after that")
          .isThrownBy(cursor::next);
      assertThatExceptionOfType(StoreClosedException.class)
          .as("the key of a cursor")
          .isThrownBy(cursor::key);
      cursor.close();
    }
    assertThat(closed.next()).isFalse();
    assertThat(metric(store, "leakedCursors")).as("cursors that leaked").isEqualTo(leaked);
  }

  /** If this fails, check each method's look at the state, before it touches the engine. */
  @Test
  @Rule("6.2")
  @DisplayName("KV-6.2 After close every call but a few throws StoreClosedException")
  void callsAfterClose() {
    KvStore store = store();
    fill(store, 3);
    store.close();
    Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
    calls.put("get", () -> store.get(key(0)));
    calls.put("get of an absent key", () -> store.get(key(9)));
    calls.put("read", () -> store.read(key(0), value -> null));
    calls.put("exists", () -> store.exists(key(0)));
    calls.put("getAll", () -> store.getAll(List.of(key(0))));
    calls.put("getAll of nothing", () -> store.getAll(List.of()));
    calls.put("put", () -> store.put(key(0), value(9)));
    calls.put("delete", () -> store.delete(key(0)));
    calls.put("write", () -> store.write(new KvBatch().delete(key(0))));
    calls.put("write of nothing", () -> store.write(new KvBatch(), Durability.DEFAULT));
    calls.put("size", store::size);
    calls.put("forEach", () -> store.forEach((key, value) -> true));
    calls.put("forEach of a prefix", () -> store.forEach(key(0), (key, value) -> true));
    calls.put("iterate", store::iterate);
    calls.put("flush", store::flush);
    calls.put("verify", store::verify);
    calls.put("unwrap", () -> store.unwrap(String.class));
    if (store.features().contains(KvFeature.COMPARE_AND_SET)) {
      calls.put("compareAndSet", () -> store.compareAndSet(key(0), value(0), value(9)));
    }
    if (store.features().contains(KvFeature.ORDERED)) {
      calls.put("scan", () -> store.scan(KeyRange.all()));
    }
    if (store.features().contains(KvFeature.COMPACT)) {
      calls.put("compact", store::compact);
    }
    if (store.features().contains(KvFeature.CHECKPOINT)) {
      calls.put("checkpoint", () -> store.checkpoint(temp.resolve("copy")));
    }
    calls.forEach(
        (name, call) ->
            assertThatExceptionOfType(StoreClosedException.class).as("%s", name).isThrownBy(call));
    store.close();
    assertThat(store.stats().state()).isEqualTo(KvState.CLOSED);
    assertThat(store.limits().maxKeyBytes()).isPositive();
    assertThat(store.features()).isNotNull();
    if (store.features().contains(KvFeature.PERSISTENT)) {
      assertThat(contents(reopen())).hasSize(3);
      assertValue(store(), key(0), value(0));
    }
  }

  /**
   * Closes under readers, writers and iterations. If this fails, check what close releases while a
   * call still uses it: a wrong value or a strange exception is the mild form of a crash.
   */
  @Test
  @Rule("6.2")
  @DisplayName("KV-6.2 Under load a call gives the right value or a StoreClosedException")
  void closingUnderLoad() throws Exception {
    for (int round = 0; round < 3 * tck().effort(); round++) {
      closeUnderLoad(open(temp.resolve("load-" + round)));
    }
  }

  private void closeUnderLoad(KvStore store) throws Exception {
    fill(store, 50);
    CountDownLatch warm = new CountDownLatch(THREADS + 2);
    AtomicBoolean closed = new AtomicBoolean();
    List<Future<?>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      byte[] own = bytes("own" + i);
      threads.add(
          untilClosed(
              warm,
              closed,
              number -> {
                store.put(own, value(number));
                assertValue(store, own, value(number));
                assertValue(store, key(number % 50), value(number % 50));
                assertThat(store.exists(bytes("nobody"))).isFalse();
              }));
    }
    threads.add(
        untilClosed(
            warm,
            closed,
            number ->
                store.forEach(
                    (key, value) -> {
                      boolean filled = text(key).startsWith("key-");
                      assertThat(filled ? "key-0" : "own").isSubstringOf(text(key));
                      return true;
                    })));
    threads.add(
        untilClosed(
            warm,
            closed,
            number -> {
              KvCursor left = store.iterate(); // left open now and then
              int steps = 0;
              while (left.next() && steps++ < number % 60) {
                assertThat(text(left.value())).startsWith("value-");
              }
              if (number % 3 != 0) {
                left.close();
              }
            }));
    inTime("calls of all threads", warm);
    inTime("close under load", store::close);
    closed.set(true);
    for (Future<?> thread : threads) {
      inTime("the end of a thread", thread);
    }
  }

  /** What a thread does again and again. */
  @FunctionalInterface
  private interface Load {
    void call(int number);
  }

  private static Future<?> untilClosed(CountDownLatch warm, AtomicBoolean closed, Load load) {
    return startRunning(
        () -> {
          for (int number = 0; ; number++) {
            boolean wasClosed = closed.get();
            try {
              load.call(number);
            } catch (StoreClosedException e) {
              return;
            }
            assertThat(wasClosed).as("a call that began after close returned succeeds").isFalse();
            if (number == 20) {
              warm.countDown();
            }
          }
        });
  }
}
