// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.sim.DiskFaults;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Chapter 3: visitors and cursors over all pairs, in no order in particular. */
abstract class IterationChapter extends Chapter {
  private static final int PAIRS = 200;
  private static final long WALKS_MILLIS = 400;

  /** If this fails, check the first and the last pair, and the step from one block to the next. */
  @Test
  @Rule("3.1")
  @DisplayName("KV-3.1 Each pair is visited exactly once")
  void eachPairOnce() {
    KvStore store = store();
    assertThat(contents(store)).as("of an empty store").isEmpty();
    fill(store, PAIRS);
    NavigableMap<ByteString, ByteString> expected = new TreeMap<>();
    for (int i = 0; i < PAIRS; i++) {
      expected.put(ByteString.of(key(i)), ByteString.of(value(i)));
    }
    for (int i = 0; i < PAIRS; i += 3) {
      store.delete(key(i));
      expected.remove(ByteString.of(key(i)));
    }
    assertThat(contents(store)).as("by cursor").isEqualTo(expected);
    NavigableMap<ByteString, ByteString> visited = new TreeMap<>();
    store.forEach(
        (key, value) -> {
          assertThat(visited.put(ByteString.of(key), ByteString.of(value)))
              .as("visited before: %s", text(key))
              .isNull();
          return true;
        });
    assertThat(visited).as("by visitor").isEqualTo(expected);
  }

  /**
   * Overwrites, inserts and deletes while iterating. If this fails, check where the iteration
   * stands when the block or table it goes through is rewritten.
   */
  @Test
  @Rule("3.1")
  @DisplayName(
      "KV-3.1 Writes meanwhile: what stays is visited once, what comes or goes at most once")
  void writesFromTheVisitor() {
    KvStore store = store();
    fill(store, PAIRS);
    Map<ByteString, Integer> visits = new HashMap<>();
    int[] step = {0};
    store.forEach(
        (key, value) -> {
          visits.merge(ByteString.of(key), 1, Integer::sum);
          int number = step[0]++;
          if (number < PAIRS) {
            int kept = number * 7 % PAIRS / 2 * 2; // even keys stay, overwritten; odd ones go
            store.put(key(kept), value(-number));
            store.put(key(PAIRS + number), value(number));
            store.delete(key(number * 3 % PAIRS / 2 * 2 + 1));
          }
          return step[0] < PAIRS * 100;
        });
    visits.forEach((key, count) -> assertThat(count).as("visits of %s", key).isEqualTo(1));
    for (int i = 0; i < PAIRS; i += 2) {
      assertThat(visits).as("the key that stayed").containsKey(ByteString.of(key(i)));
    }
  }

  /** If this fails, check iterations against a flush, a compaction, a split or a rehash. */
  @Test
  @Rule("3.1")
  @DisplayName(
      "KV-3.1 Under writing threads, what stays is visited once, with a value of that time")
  void writesFromOtherThreads() throws Exception {
    KvStore store = store();
    AtomicInteger[] started = new AtomicInteger[PAIRS];
    AtomicInteger[] completed = new AtomicInteger[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      started[i] = new AtomicInteger();
      completed[i] = new AtomicInteger();
      store.put(key(i), bytes("0"));
    }
    AtomicBoolean over = new AtomicBoolean();
    Future<?> overwriter =
        startRunning(
            () -> {
              for (int number = 1; !over.get(); number++) {
                int i = number * 7919 % PAIRS;
                i = i < 0 ? i + PAIRS : i;
                started[i].set(number);
                store.put(key(i), bytes(String.valueOf(number)));
                completed[i].set(number);
              }
            });
    Future<?> churner =
        startRunning(
            () -> {
              for (int number = 0; !over.get(); number++) {
                store.put(key(PAIRS + number % 500), value(number));
                store.delete(key(PAIRS + (number + 250) % 500));
              }
            });
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WALKS_MILLIS * tck().effort());
    try {
      for (int walk = 0; walk < 3 || System.nanoTime() < end; walk++) {
        checkWalk(started, completed);
      }
    } finally {
      over.set(true);
    }
    inTime("the end of the overwriter", overwriter);
    inTime("the end of the churner", churner);
  }

  private void checkWalk(AtomicInteger[] started, AtomicInteger[] completed) {
    int[] before = new int[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      before[i] = completed[i].get();
    }
    Map<ByteString, Integer> visits = new HashMap<>();
    store()
        .forEach(
            (key, value) -> {
              visits.merge(ByteString.of(key), 1, Integer::sum);
              int i = Integer.parseInt(text(key).substring("key-".length()));
              if (i < PAIRS) {
                assertThat(Integer.parseInt(text(value)))
                    .as("value of %s: as new as at the start, not newer than now", text(key))
                    .isBetween(before[i], Math.max(before[i], started[i].get()));
              }
              return true;
            });
    visits.forEach((key, count) -> assertThat(count).as("visits of %s", key).isEqualTo(1));
    for (int i = 0; i < PAIRS; i++) {
      assertThat(visits).as("a key that stayed").containsKey(ByteString.of(key(i)));
    }
  }

  /** If this fails, check locks held over the call of a visitor. */
  @Test
  @Rule("3.2")
  @DisplayName("KV-3.2 A visitor may read and write the store, and so may others meanwhile")
  void visitorsMayUseTheStore() throws Exception {
    KvStore store = store();
    fill(store, 50);
    byte[] comesAndGoes = bytes("comes and goes");
    inTime(
        "an iteration whose visitor uses the store",
        () ->
            store.forEach(
                (key, value) -> {
                  if (Arrays.equals(key, comesAndGoes)) {
                    return true; // it was there at some moment since the start
                  }
                  assertValue(store, key, value);
                  store.put(key, bytes("seen"));
                  store.delete(bytes("absent"));
                  store.write(new KvBatch().put(key, bytes("seen twice")));
                  assertThat(store.size()).isEqualTo(50);
                  store.forEach((innerKey, innerValue) -> false);
                  store.flush();
                  if (has(KvFeature.ORDERED)) {
                    try (KvCursor cursor = store.scan(KeyRange.from(key))) {
                      assertThat(cursor.next()).isTrue();
                    }
                  }
                  inTimeUnchecked(() -> store.put(comesAndGoes, value));
                  inTimeUnchecked(() -> store.delete(comesAndGoes));
                  return true;
                }));
    for (int i = 0; i < 50; i++) {
      assertValue(store, key(i), bytes("seen twice"));
    }
  }

  private void inTimeUnchecked(Runnable task) {
    try {
      inTime("a write by another thread during a visit", task::run);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** If this fails, check that the answer of the visitor is looked at after each pair. */
  @Test
  @Rule("3.2")
  @DisplayName("KV-3.2 A visitor stops the iteration by returning false")
  void visitorsMayStop() {
    KvStore store = store();
    fill(store, 20);
    for (int stopAt : new int[] {1, 7, 20}) {
      AtomicInteger visits = new AtomicInteger();
      store.forEach((key, value) -> visits.incrementAndGet() < stopAt);
      assertThat(visits).as("visits until stopped").hasValue(stopAt);
      visits.set(0);
      store.forEach(bytes("key"), (key, value) -> visits.incrementAndGet() < stopAt);
      assertThat(visits).as("visits of a prefix until stopped").hasValue(stopAt);
    }
    assertThat(metric(store, "openCursors")).as("cursors left open").isZero();
  }

  /** If this fails, check that what is thrown passes through as it is, and locks are released. */
  @Test
  @Rule("3.2")
  @DisplayName("KV-3.2 What a visitor throws reaches the caller, and nothing leaks")
  void visitorsMayThrow() throws Exception {
    KvStore store = store();
    fill(store, 20);
    RuntimeException thrown = new IllegalArgumentException("from the visitor");
    Error error = new AssertionError("from the visitor");
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(
              () ->
                  store.forEach(
                      (key, value) -> {
                        throw thrown;
                      }))
          .as("what forEach throws")
          .isSameAs(thrown);
      assertThatThrownBy(
              () ->
                  store.forEach(
                      bytes("key"),
                      (key, value) -> {
                        throw error;
                      }))
          .isSameAs(error);
      assertThatThrownBy(
              () ->
                  store.read(
                      key(0),
                      value -> {
                        throw thrown;
                      }))
          .isSameAs(thrown);
    }
    assertThat(metric(store, "openCursors")).as("cursors left open").isZero();
    inTime("a write afterwards", () -> store.put(key(0), value(9)));
    inTime("a close afterwards", store::close);
  }

  /** If this fails, check how the thread that closes is told from others. */
  @Test
  @Rule("3.2")
  @DisplayName("KV-3.2 Closing the store in a visitor or reader is an IllegalStateException")
  void closingInAVisitor() {
    KvStore store = store();
    fill(store, 3);
    AtomicInteger visits = new AtomicInteger();
    store.forEach(
        (key, value) -> {
          assertThatIllegalStateException().as("close by a callback").isThrownBy(store::close);
          visits.incrementAndGet();
          return true;
        });
    assertThat(visits).as("visits, each of which tried to close").hasValue(3);
    store.forEach(
        bytes("key"),
        (key, value) -> {
          assertThatIllegalStateException().as("close by a callback").isThrownBy(store::close);
          return store.get(key) != null;
        });
    store.read(
        key(0),
        value -> {
          assertThatIllegalStateException().as("close by a callback").isThrownBy(store::close);
          return null;
        });
    assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    assertValue(store, key(2), value(2));
  }

  /** If this fails, check the ends: before the first pair, behind the last, after close. */
  @Test
  @Rule("3.2")
  @DisplayName("KV-3.2 A cursor stands on a pair only after next() returned true")
  void cursorsAtTheirEnds() {
    KvStore store = store();
    fill(store, 2);
    KvCursor cursor = store.iterate();
    assertThatExceptionOfType(NoSuchElementException.class)
        .as("the key before the first pair")
        .isThrownBy(cursor::key);
    assertThatThrownBy(cursor::value).isInstanceOf(NoSuchElementException.class);
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.key()).isEqualTo(cursor.key());
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.next()).isFalse();
    assertThatThrownBy(cursor::key).isInstanceOf(NoSuchElementException.class);
    cursor.close();
    cursor.close();
    assertThat(cursor.next()).isFalse();
    assertThatThrownBy(cursor::value).isInstanceOf(NoSuchElementException.class);
    assertThat(metric(store, "openCursors")).isZero();
  }

  /**
   * Runs the store on a simulated disk of which one read after another fails. If this fails, look
   * for an error that is caught and taken for the end.
   */
  @Test
  @Rule("3.3")
  @DisplayName("KV-3.3 A read error ends an iteration with an exception, never as if at the end")
  void readErrorsAreNotTheEnd() throws Exception {
    SimulatedSubject subject = SimulatedSubject.of(this);
    KvStore filling = subject.open();
    fill(filling, 50);
    filling.close();
    int errors = 0;
    for (int skipped = 0; skipped < 60; skipped++) {
      try (KvStore store = subject.open()) {
        DiskFaults faults = subject.machine().disk().faults();
        faults.fail(DiskOperation.READ, SimulatedSubject::isEngineFile, skipped, Long.MAX_VALUE);
        errors += walksWholeOrThrows(store, true) ? 0 : 1;
        errors += walksWholeOrThrows(store, false) ? 0 : 1;
        faults.clear();
      }
    }
    Assumptions.assumeTrue(
        errors > 0, "cannot be seen: this store reads nothing while it iterates");
  }

  /** Returns whether a walk saw everything; otherwise it has thrown. */
  private static boolean walksWholeOrThrows(KvStore store, boolean byCursor) {
    List<ByteString> visited = new ArrayList<>();
    try {
      if (byCursor) {
        try (KvCursor cursor = store.iterate()) {
          walk(cursor, visited);
        }
      } else {
        store.forEach((key, value) -> visited.add(ByteString.of(key)));
      }
    } catch (KvException e) {
      return false;
    }
    assertThat(visited).as("keys visited before an end without an exception").hasSize(50);
    return true;
  }

  private static void walk(KvCursor cursor, List<ByteString> visited) {
    try {
      while (cursor.next()) {
        visited.add(ByteString.of(cursor.key()));
        cursor.value();
      }
    } catch (KvException e) {
      assertThatThrownBy(cursor::next).as("the next step after a failed one").isSameAs(e);
      throw e;
    }
  }

  /** If this fails, check the comparison of the prefix, as unsigned bytes, and its upper bound. */
  @Test
  @Rule("3.5")
  @DisplayName("KV-3.5 Prefix iteration visits just the keys that begin with the prefix")
  void prefixIteration() {
    KvStore store = store();
    List<byte[]> keys =
        List.of(
            bytes("a"),
            bytes("ab"),
            bytes("abc"),
            bytes("abd"),
            bytes("b"),
            bytes('a', 255),
            bytes('a', 255, 0),
            bytes('a', 255, 255),
            bytes(255),
            bytes(255, 255),
            bytes(255, 255, 1),
            bytes(255, 0),
            bytes(254, 255),
            bytes(0),
            bytes(127, 255),
            bytes(128));
    keys.forEach(key -> store.put(key, value(key.length)));
    List<byte[]> prefixes = new ArrayList<>(keys);
    prefixes.add(new byte[0]);
    prefixes.add(bytes("nothing"));
    prefixes.add(bytes(255, 255, 255));
    for (byte[] prefix : prefixes) {
      NavigableMap<ByteString, ByteString> expected = new TreeMap<>();
      for (byte[] key : keys) {
        if (ByteString.of(key).startsWith(prefix)) {
          expected.put(ByteString.of(key), ByteString.of(value(key.length)));
        }
      }
      NavigableMap<ByteString, ByteString> visited = new TreeMap<>();
      store.forEach(
          prefix, (key, value) -> visited.put(ByteString.of(key), ByteString.of(value)) == null);
      assertThat(visited).as("keys with prefix %s", ByteString.show(prefix)).isEqualTo(expected);
    }
  }

  /** If this fails, check that a prefix is copied, and that its visitor may write. */
  @Test
  @Rule("3.5")
  @DisplayName("KV-3.5 Prefix iteration keeps to its prefix whatever the visitor does")
  void prefixIterationUnderWrites() {
    KvStore store = store();
    for (int i = 0; i < 30; i++) {
      store.put(bytes("p" + i), value(i));
      store.put(bytes("q" + i), value(i));
    }
    byte[] prefix = bytes("p");
    AtomicInteger visits = new AtomicInteger();
    store.forEach(
        prefix,
        (key, value) -> {
          prefix[0] = 'q';
          assertThat(text(key)).as("a key visited").startsWith("p");
          store.put(key, bytes("new"));
          store.delete(bytes("q" + visits.get()));
          visits.incrementAndGet();
          return true;
        });
    assertThat(visits).hasValue(30);
  }

  /** If this fails, check that a store of one directory knows nothing of another. */
  @Test
  @Rule("3.1")
  @DisplayName("KV-3.1 Two stores share nothing")
  void storesShareNothing() {
    Path elsewhere = temp.resolve("other");
    KvStore other = open(elsewhere);
    store().put(key(0), value(0));
    other.put(key(1), value(1));
    assertThat(contents(store())).as("keys of one store").containsOnlyKeys(ByteString.of(key(0)));
    assertThat(contents(other))
        .as("keys of the other store")
        .containsOnlyKeys(ByteString.of(key(1)));
  }
}
