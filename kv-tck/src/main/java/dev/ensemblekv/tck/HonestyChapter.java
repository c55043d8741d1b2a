// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.sim.DiskFaults;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Chapter 8: a store tells the truth about itself. */
abstract class HonestyChapter extends Chapter {

  private Map<KvFeature, ThrowingCallable> operations() {
    KvStore store = store();
    Map<KvFeature, ThrowingCallable> operations = new EnumMap<>(KvFeature.class);
    operations.put(KvFeature.ORDERED, () -> store.scan(KeyRange.all()).close());
    operations.put(
        KvFeature.COMPARE_AND_SET, () -> store.compareAndSet(key(0), value(0), value(0)));
    operations.put(KvFeature.COMPACT, () -> await(store.compact()));
    operations.put(KvFeature.CHECKPOINT, () -> await(store.checkpoint(temp.resolve("copy"))));
    operations.put(
        KvFeature.SYNC_WRITES,
        () -> store.write(new KvBatch().put(key(0), value(0)), Durability.SYNC));
    return operations;
  }

  private KvTask.Result await(KvTask task) {
    assertThat(task.await(tck().mustHappen())).as("the end of %s", task).isTrue();
    return task.result();
  }

  /** If this fails, check the operation against the features that the opened store returns. */
  @Test
  @Rule("8.1")
  @DisplayName("KV-8.1 Each operation that is declared works")
  void declaredOperationsWork() {
    store().put(key(0), value(0));
    operations()
        .forEach(
            (feature, operation) -> {
              if (has(feature)) {
                assertThatCode(operation).as("%s is declared", feature).doesNotThrowAnyException();
              }
            });
    assertValue(store(), key(0), value(0));
    assertThat(store().features())
        .as("features over the life of a store")
        .isEqualTo(store().features());
    if (tck().spec().equals(tck().backend().name())) {
      assertThat(tck().backend().features()).containsAll(store().features());
    }
    if (has(KvFeature.SYNC_WRITES)) {
      KvOptions sync = tck().options().toBuilder().set(KvOptions.SYNC, true).build();
      KvStore synced = open(temp.resolve("synced"), sync);
      synced.put(key(0), value(0));
      assertValue(synced, key(0), value(0));
    }
  }

  /** If this fails, check that compacting takes tombstones and old values, nothing else. */
  @Test
  @Rule("8.1")
  @Requires(KvFeature.COMPACT)
  @DisplayName("KV-8.1 compact ends, and changes nothing that can be read")
  void compactChangesNothing() {
    KvStore store = store();
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int round = 0; round < 3; round++) {
      fill(store, 100);
      for (int i = 0; i < 100; i++) {
        expected.put(ByteString.of(key(i)), ByteString.of(value(i)));
      }
      for (int i = round; i < 100; i += 2) {
        store.delete(key(i));
        expected.remove(ByteString.of(key(i)));
      }
      await(store.compact());
      assertContents(store, expected);
      if (has(KvFeature.PERSISTENT)) {
        store = reopen();
        assertContents(store, expected);
      }
    }
  }

  /** If this fails, check what a checkpoint shares with the store, and what it leaves out. */
  @Test
  @Rule("8.1")
  @Requires({KvFeature.CHECKPOINT, KvFeature.PERSISTENT})
  @DisplayName("KV-8.1 A checkpoint is a store of its own, with what was there")
  void checkpointsAreStores() {
    KvStore store = store();
    fill(store, 50);
    store.delete(key(7));
    Map<ByteString, ByteString> before = contents(store);
    Path copy = temp.resolve("copy");
    await(store.checkpoint(copy));
    store.put(key(0), value(99));
    store.delete(key(1));
    KvStore copied = open(copy);
    assertContents(copied, before);
    copied.put(key(2), value(77));
    assertValue(store, key(2), value(2));
    store.close();
    assertValue(copied, key(0), value(0));
  }

  /** If this fails, check what verify takes for a problem. */
  @Test
  @Rule("8.1")
  @DisplayName("KV-8.1 verify of a sound store finds nothing and changes nothing")
  void verifyOfASoundStore() {
    KvStore store = store();
    fill(store, 50);
    store.delete(key(3));
    Map<ByteString, ByteString> before = contents(store);
    KvTask task = store.verify();
    KvTask.Result result = await(task);
    assertThat(result.problemCount()).as("problems: %s", result.problems()).isZero();
    assertThat(result.items()).as("items gone through").isPositive();
    assertThat(task.state()).isEqualTo(KvTask.State.SUCCEEDED);
    assertContents(store, before);
  }

  /**
   * If this fails, check defaults: a store that cannot do a thing must not do something like it.
   */
  @Test
  @Rule("8.2")
  @DisplayName("KV-8.2 Each operation that is not declared throws, and changes nothing")
  void undeclaredOperationsThrow() {
    store().put(key(0), value(0));
    operations()
        .forEach(
            (feature, operation) -> {
              assertThat(feature.kind()).isEqualTo(KvFeature.Kind.OPERATION);
              if (!has(feature)) {
                assertThatExceptionOfType(UnsupportedOperationException.class)
                    .as("%s is not declared", feature)
                    .isThrownBy(operation)
                    .withMessageContaining(feature.name());
              }
            });
    if (!has(KvFeature.SYNC_WRITES)) {
      KvOptions sync = tck().options().toBuilder().set(KvOptions.SYNC, true).build();
      assertThatThrownBy(() -> open(temp.resolve("synced"), sync))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(temp.resolve("synced")).doesNotExist();
    }
    assertContents(store(), Map.of(ByteString.of(key(0)), ByteString.of(value(0))));
  }

  /** If this fails, check figures that are computed by walking, reading or waiting. */
  @Test
  @Rule("8.3")
  @DisplayName("KV-8.3 stats neither blocks nor throws: while calls are inside, and after close")
  void statsAlwaysAnswers() throws Exception {
    KvStore store = store();
    assertWellFormed(store.stats(), KvState.OPEN);
    fill(store, 20);
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    Future<?> reading =
        startRunning(
            () ->
                store.read(
                    key(0),
                    value -> {
                      inside.countDown();
                      holdUntil(release);
                      return null;
                    }));
    Future<?> visiting =
        startRunning(
            () ->
                store.forEach(
                    (key, value) -> {
                      inside.countDown();
                      holdUntil(release);
                      return false;
                    }));
    inTime("a reader and a visitor", inside);
    try (KvCursor cursor = store.iterate()) {
      assertThat(cursor.next()).isTrue();
      inTime("stats", () -> assertWellFormed(store.stats(), KvState.OPEN));
      assertThat(metric(store, "openCursors")).isGreaterThanOrEqualTo(1);
    } finally {
      release.countDown();
    }
    inTime("the reader", reading);
    inTime("the visitor", visiting);
    store.close();
    inTime("stats after close", () -> assertWellFormed(store.stats(), KvState.CLOSED));
  }

  private void assertWellFormed(KvStats stats, KvState state) {
    assertThat(stats.state()).isEqualTo(state);
    assertThat(stats.spec()).isEqualTo(tck().spec());
    assertThat(stats.name()).isNotEmpty();
    for (KvMetric metric : stats.metrics()) {
      assertThat(metric.text()).as("text of %s", metric.name()).isNotEmpty();
      assertThat(metric.name()).as("name of a figure in %s", metric.unit()).contains(unit(metric));
      assertThat(metric.value()).as("%s", metric.name()).isNotNaN().isNotNegative();
    }
    stats
        .metric(KvMetric.KEYS)
        .filter(metric -> metric.precision() == KvMetric.Precision.EXACT)
        .filter(metric -> state == KvState.OPEN)
        .ifPresent(keys -> assertThat(keys.value()).isEqualTo((double) store().size()));
  }

  /** Returns what the name of a figure has in it, so that consoles show what it counts. */
  private static String unit(KvMetric metric) {
    return switch (metric.unit()) {
      case BYTES -> "ytes"; // "bytesLimit" says it as well as "liveBytes"
      case BYTES_PER_SECOND -> "BytesPerSecond";
      case NANOSECONDS -> "Nanos";
      case COUNT, RATIO -> "";
    };
  }

  /** If this fails, keep the figure up to date where it changes instead of looking it up. */
  @Test
  @Rule("8.3")
  @DisplayName("KV-8.3 stats does no input or output")
  void statsDoesNotReadTheDisk() {
    SimulatedSubject subject = SimulatedSubject.of(this);
    try (KvStore store = subject.open()) {
      fill(store, 20);
      store.flush();
      DiskFaults faults = subject.machine().disk().faults();
      long before = subject.machine().disk().operations();
      for (DiskOperation operation : DiskOperation.values()) {
        faults.fail(operation, path -> true, 0, Long.MAX_VALUE);
      }
      assertWellFormedOf(store);
      faults.clear();
      assertThat(subject.machine().disk().operations())
          .as("operations on the disk")
          .isEqualTo(before);
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    }
  }

  private static void assertWellFormedOf(KvStore store) {
    assertThat(store.stats().metrics()).isNotNull();
  }
}
