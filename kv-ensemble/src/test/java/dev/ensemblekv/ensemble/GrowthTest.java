// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static dev.ensemblekv.ensemble.EnsembleTesting.substores;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The growth of an ensemble, with every step of its background work run by hand. */
class GrowthTest {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

  private final SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
  private final Path directory = machine.directory();
  private KvStore store = open(options(1, 100));
  private final Map<String, String> model = new TreeMap<>();

  private KvStore open(KvOptions options) {
    return machine.environment().open("ensemble:json", directory, options);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void put(String key, String value) {
    store.put(bytes(key), bytes(value));
    model.put(key, value);
  }

  private void fill(int keys) {
    for (int i = 0; i < keys; i++) {
      put("key" + i, "value" + i);
    }
  }

  /** Runs the background work up to the first moment at which it is in a phase. */
  private void runTo(Phase phase) {
    while (control(store).status().phase() != phase) {
      assertThat(machine.executor().runNext()).as("something to run before %s", phase).isTrue();
    }
  }

  private void assertContents() {
    Map<String, String> found = new HashMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        String old = found.put(text(cursor.key()), text(cursor.value()));
        assertThat(old).as("visited twice: %s", text(cursor.key())).isNull();
      }
    }
    assertThat(found).isEqualTo(model);
    assertThat(store.size()).isEqualTo(model.size());
    model.forEach((key, value) -> assertThat(store.get(bytes(key))).isEqualTo(bytes(value)));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void aFullSubstoreSplitsAndNothingIsLeftOver() throws Exception {
    fill(100);
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
    assertTidy(machine.disk(), directory);
    assertThat(store.stats().substores())
        .allSatisfy(
            stats ->
                assertThat(stats.metric(KvMetric.KEYS).orElseThrow().asLong()).isBetween(30L, 70L));
  }

  @Test
  void growsByDoublingAsLongAsKeysCome() {
    for (int i = 0; i < 3000; i++) {
      put("key" + i, "value" + i);
      machine.executor().runAll();
    }
    assertThat(substores(store)).isBetween(30, 120);
    assertContents();
  }

  @Test
  void overwritesNeverSplitAnything() {
    for (int i = 0; i < 5000; i++) {
      put("key" + i % 50, "value" + i);
      machine.executor().runAll();
    }
    assertThat(substores(store)).isEqualTo(1);
  }

  @Test
  void deletedKeysDoNotCount() {
    for (int i = 0; i < 2000; i++) {
      put("key" + i, "value");
      if (i >= 50) {
        store.delete(bytes("key" + (i - 50)));
        model.remove("key" + (i - 50));
      }
      machine.executor().runAll();
    }
    assertThat(substores(store)).isEqualTo(1);
    assertContents();
  }

  @Test
  void manyBytesSplitAsWell() {
    store.close();
    store = open(options(1, 0).toBuilder().set(EnsembleOptions.MAX_BYTES, 10_000L).build());
    for (int i = 0; i < 40; i++) {
      put("key" + i, "x".repeat(500));
    }
    machine.executor().runAll();
    assertThat(substores(store)).isGreaterThanOrEqualTo(2);
    assertContents();
  }

  @Test
  void writesOfEveryKindDuringEveryStepOfASplitAreKept() {
    SplittableRandom random = new SplittableRandom(3);
    fill(1000); // enough for the smallest of all substores to be split
    for (int round = 0; round < 20; round++) {
      long before = control(store).status().splits();
      control(store).splitNow();
      while (machine.executor().runNext()) {
        for (int i = 0; i < 5; i++) {
          writeSomething(random);
        }
      }
      assertContents();
      assertThat(control(store).status().splits()).isGreaterThan(before);
    }
    assertThat(control(store).status().failures()).isZero();
  }

  private void writeSomething(SplittableRandom random) {
    String key = "key" + random.nextInt(1500);
    String value = "value" + random.nextInt();
    switch (random.nextInt(4)) {
      case 0 -> {
        store.delete(bytes(key));
        model.remove(key);
      }
      case 1 -> {
        String old = model.get(key);
        assertThat(store.compareAndSet(bytes(key), old == null ? null : bytes(old), bytes(value)))
            .isTrue();
        assertThat(store.compareAndSet(bytes(key), bytes("never"), bytes("wrong"))).isFalse();
        model.put(key, value);
      }
      case 2 -> {
        String other = "key" + random.nextInt(1500);
        store.write(new KvBatch().put(bytes(key), bytes(value)).delete(bytes(other)));
        model.put(key, value);
        model.remove(other);
      }
      default -> put(key, value);
    }
  }

  @Test
  void aKeyDeletedWhileItIsCopiedStaysDeleted() {
    fill(100);
    runTo(Phase.COPYING);
    for (int i = 0; i < 100; i += 2) {
      store.delete(bytes("key" + i));
      model.remove("key" + i);
      if (i % 10 == 0) {
        machine.executor().runNext();
      }
    }
    machine.executor().runAll();
    assertContents();
  }

  @Test
  void anIterationFromBeforeTheCutoverSeesEveryKeyAndCleaningWaitsForIt() {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    try (KvCursor iteration = store.iterate();
        KvCursor scan = store.scan(KeyRange.all())) {
      machine.executor().runAll();
      assertThat(substores(store)).isEqualTo(2);
      assertThat(store.stats().substores())
          .as("the donor is not clean yet")
          .anySatisfy(
              stats -> {
                assertThat(stats.facts()).containsKey("cleaning");
                assertThat(stats.metric(KvMetric.KEYS).orElseThrow().precision())
                    .isEqualTo(KvMetric.Precision.UPPER_BOUND);
              });
      int visited = 0;
      while (iteration.next()) {
        visited++;
        assertThat(scan.next()).isTrue();
      }
      assertThat(visited).isEqualTo(100);
      assertContents();
    }
    machine.executor().runAll();
    assertThat(store.stats().substores())
        .allSatisfy(stats -> assertThat(stats.facts()).doesNotContainKey("cleaning"));
    assertContents();
  }

  @Test
  void aSplitThatWasAbortedBeginsAgainWhenMoreKeysCome() {
    fill(100);
    runTo(Phase.COPYING);
    fill(120);
    assertThat(control(store).abort()).isTrue();
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(1);
    assertThat(control(store).status().phase()).isEqualTo(Phase.IDLE);

    put("one", "more");
    machine.executor().runAll();
    assertThat(substores(store)).as("not many more").isEqualTo(1);
    fill(120);
    machine.executor().runAll();
    assertThat(substores(store)).isGreaterThan(1);
    assertContents();
  }

  @Test
  void canBePausedResumedAndAborted() throws Exception {
    fill(100);
    runTo(Phase.COPYING);
    control(store).pause();
    machine.executor().runAll();
    assertThat(control(store).status().phase()).isEqualTo(Phase.COPYING);
    assertThat(control(store).status().paused()).isTrue();
    put("during", "the pause");

    assertThat(control(store).abort()).isTrue();
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(1);
    control(store).resume();
    machine.executor().runAll();
    assertThat(substores(store)).as("aborted: not again before more keys come").isEqualTo(1);
    assertTidy(machine.disk(), directory);
    assertContents();

    control(store).splitNow("0000");
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
    assertThat(control(store).abort()).as("nothing to abort").isFalse();
    assertThatThrownBy(() -> control(store).splitNow("0099"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0099");
  }

  /** Begins a split that, at the lowest rate, takes some seconds. */
  private void beginSlowSplit(int keys) {
    store.close();
    store = open(options(1, 100).toBuilder().set(EnsembleOptions.SPLIT_RATE, 64L << 10).build());
    for (int i = 0; i < keys; i++) {
      put("key" + i, "x".repeat(4000));
    }
    machine.executor().runAll();
  }

  @Test
  void aSplitKeepsToItsRate() {
    beginSlowSplit(100);
    machine.executor().advance(Duration.ofSeconds(1));
    assertThat(control(store).status().phase()).isEqualTo(Phase.COPYING);
    machine.executor().advance(Duration.ofSeconds(60));
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void cleaningKeepsToTheRateByWhatItReads() {
    store.close();
    store = open(options(1, 1000).toBuilder().set(EnsembleOptions.SPLIT_RATE, 64L << 10).build());
    for (int i = 0; i < 300; i++) {
      put("key" + i, "x".repeat(1000)); // three steps of cleaning, of two seconds each
    }
    control(store).splitNow();
    while (substores(store) == 1) {
      machine.executor().advance(Duration.ofMillis(100));
    }
    machine.executor().advance(Duration.ofSeconds(3));
    assertThat(control(store).status().phase()).isEqualTo(Phase.CLEANING);
    machine.executor().advance(Duration.ofSeconds(60));
    assertThat(control(store).status().phase()).isEqualTo(Phase.IDLE);
    assertContents();
  }

  @Test
  void aHigherRateHoldsAtOnce() {
    beginSlowSplit(100);
    assertThat(substores(store)).isEqualTo(1);
    control(store).splitRate(1L << 30);
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertThatThrownBy(() -> control(store).splitRate(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("splitRate");
  }

  @Test
  void aSplitThatWaitsForItsRateIsGivenUpAndClosedAtOnce() throws Exception {
    beginSlowSplit(100);
    assertThat(control(store).abort()).isTrue();
    machine.executor().runAll();
    assertTidy(machine.disk(), directory);
    control(store).splitNow();
    machine.executor().advance(Duration.ofSeconds(1));
    assertThat(machine.executor().waitingCount()).as("steps that wait").isEqualTo(1);
    store.close();
    assertThat(machine.executor().waitingCount()).isZero();
    store = open(KvOptions.defaults());
    assertContents();
  }

  @Test
  void aSubstoreWhoseWritersAreHeldUpIsSplitAtAnyRate() {
    beginSlowSplit(151);
    assertThat(substores(store)).isGreaterThanOrEqualTo(2);
    assertContents();
  }

  @Test
  void aSplitThatFailsLeavesTheDonorInChargeAndIsTriedAgain() throws Exception {
    fill(100);
    runTo(Phase.COPYING);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.FORCE, path -> path.toString().contains("0001"), 0, 1000);
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(1);
    assertThat(control(store).status().problem()).isPresent();
    assertThat(store.stats().state()).isEqualTo(KvState.DEGRADED);
    put("after", "the failure");
    assertContents();

    machine.disk().faults().clear();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(substores(store)).isEqualTo(2);
    assertThat(control(store).status().problem()).isEmpty();
    assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    assertContents();
    assertTidy(machine.disk(), directory);
  }

  @Test
  void aFullDiskStopsTheSplitAndNotTheStore() {
    fill(100);
    machine.disk().faults().fullAfter(0);
    machine.executor().advance(LONG_ENOUGH);
    assertThat(substores(store)).isEqualTo(1);
    assertThat(store.get(bytes("key1"))).isEqualTo(bytes("value1"));
    machine.disk().faults().clear();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void anUncertainManifestPoisonsTheEnsembleAndDeletesNothing() throws Exception {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.SYNC_DIRECTORY, path -> path.equals(directory), 0, 1);
    machine.executor().advance(LONG_ENOUGH);
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertThatThrownBy(() -> store.put(bytes("a"), bytes("b")))
        .isInstanceOf(StoreFailedException.class)
        .hasMessageContaining("reopen");
    assertContents();
    assertThat(machine.disk().list(directory.resolve("substores"))).containsExactly("0000", "0001");

    assertThatThrownBy(store::close).isInstanceOf(StoreFailedException.class);
    store = open(KvOptions.defaults());
    machine.executor().runAll();
    assertContents();
    assertTidy(machine.disk(), directory);
  }

  @Test
  void aSplitThatAClosingCutsShortBeginsAgain() throws Exception {
    fill(100);
    runTo(Phase.VERIFYING);
    store.close();
    assertThat(manifest(machine.disk(), directory).entries()).hasSize(2);
    store = open(KvOptions.defaults());
    assertThat(substores(store)).isEqualTo(1);
    assertContents();
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
    assertTidy(machine.disk(), directory);
  }

  @Test
  void cleaningThatAClosingCutsShortGoesOn() throws Exception {
    store.close();
    store = open(options(1, 1000));
    fill(1000);
    runTo(Phase.CLEANING);
    store.close();
    store = open(KvOptions.defaults());
    assertContents();
    machine.executor().runAll();
    assertContents();
    assertTidy(machine.disk(), directory);
  }

  /** After all splits each substore is below its limits, or says why it is not. */
  private void assertBalanced() {
    machine.executor().runAll();
    KvStats stats = store.stats();
    List<Long> keys = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    for (KvStats substore : stats.substores()) {
      keys.add(metric(substore, KvMetric.KEYS));
      bytes.add(metric(substore, KvMetric.LIVE_BYTES));
      boolean full =
          metric(substore, KvMetric.KEYS) >= metric(substore, "keysLimit")
              || metric(substore, KvMetric.LIVE_BYTES) >= metric(substore, "bytesLimit");
      assertThat(full)
          .as("full: %s", substore)
          .isEqualTo(substore.facts().containsKey("unsplittable"));
    }
    assertThat(stats.metric("imbalance").orElseThrow().value()).isEqualTo(maxToMean(keys));
    assertThat(stats.metric("bytesImbalance").orElseThrow().value()).isEqualTo(maxToMean(bytes));
    assertContents();
  }

  private static long metric(KvStats stats, String name) {
    return stats.metric(name).orElseThrow().asLong();
  }

  private static double maxToMean(List<Long> values) {
    long sum = values.stream().mapToLong(Long::longValue).sum();
    return (double) Collections.max(values) * values.size() / sum;
  }

  @Test
  void aFewHugeValuesAmongManyTinyOnesAreBalancedByBytes() {
    store.close();
    store = open(options(1, 0).toBuilder().set(EnsembleOptions.MAX_BYTES, 100_000L).build());
    for (int i = 0; i < 1000; i++) {
      put("tiny" + i, "v");
      if (i % 50 == 0) {
        put("huge" + i, "x".repeat(20_000));
      }
      machine.executor().runAll();
    }
    assertThat(substores(store)).isBetween(5, 40);
    assertBalanced();
  }

  @Test
  void manyTinyValuesAreBalancedByKeys() {
    store.close();
    store = open(options(1, 50).toBuilder().set(EnsembleOptions.MAX_BYTES, 1L << 30).build());
    for (int i = 0; i < 1000; i++) {
      put("tiny" + i, "");
    }
    assertBalanced();
    assertThat(substores(store)).isBetween(20, 80);
  }

  @Test
  void aLimitBelowWhatOneValueTakesDoesNotSplitForEver() {
    store.close();
    store = open(options(1, 0).toBuilder().set(EnsembleOptions.MAX_BYTES, 4096L).build());
    for (int i = 0; i < 10; i++) {
      put("key" + i, "x".repeat(100_000));
      machine.executor().runAll();
    }
    assertThat(substores(store)).isLessThanOrEqualTo(4);
    assertThat(store.stats().substores())
        .anySatisfy(stats -> assertThat(stats.facts().get("unsplittable")).contains("keys"));
    assertContents();
  }

  @Test
  void splittingStopsAtTheGreatestNumberOfSubstores() {
    store.close();
    store = open(options(1, 16).toBuilder().set(EnsembleOptions.MAX_SUBSTORES, 4L).build());
    for (int i = 0; i < 500; i++) {
      put("key" + i, "value" + i);
      machine.executor().runAll();
    }
    assertThat(substores(store)).isEqualTo(4);
    assertThat(store.stats().substores())
        .anySatisfy(
            stats -> assertThat(stats.facts().get("unsplittable")).contains("maxSubstores"));
    assertContents();
  }

  @Test
  void limitsStayAsTheyWereMadeAndTheNumberAtFirstIsFixed() {
    store.close();
    store = open(KvOptions.defaults());
    assertThat(store.stats().substores().get(0).metric("keysLimit").orElseThrow().asLong())
        .isEqualTo(100);
    store.close();
    assertThatThrownBy(() -> open(options(2, 100)))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("initialSubstores");
    assertThatThrownBy(() -> open(options(1, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 16");
    store = open(options(1, 200));
    assertThat(store.stats().substores().get(0).metric("keysLimit").orElseThrow().asLong())
        .isEqualTo(200);
  }

  @Test
  void scansAreInOrderOverAllSubstoresBothWays() {
    fill(1000);
    machine.executor().runAll();
    assertThat(substores(store)).isGreaterThan(4);
    for (KeyRange range :
        new KeyRange[] {
          KeyRange.all(),
          KeyRange.prefix(bytes("key1")),
          KeyRange.of(bytes("key2"), bytes("key7")),
          KeyRange.all().reversed(),
          KeyRange.from(bytes("key9")).reversed()
        }) {
      List<String> expected = new ArrayList<>();
      model.keySet().stream().filter(key -> range.contains(bytes(key))).forEach(expected::add);
      if (range.isReverse()) {
        Collections.reverse(expected);
      }
      List<String> found = new ArrayList<>();
      try (KvCursor cursor = store.scan(range)) {
        while (cursor.next()) {
          found.add(text(cursor.key()));
        }
      }
      assertThat(found).as("%s", range).isEqualTo(expected);
    }
  }
}
