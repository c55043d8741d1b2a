// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static dev.ensemblekv.ensemble.EnsembleTesting.substores;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.ReadOnlyStoreException;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the growth of an ensemble does when something fails, ends or comes between. */
class GrowthFaultsTest {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);
  private static final String SPEC = "ensemble:hooked:json";

  private final HookedBackend hooked = new HookedBackend();
  private final SimulatedMachine machine =
      new SimulatedMachine(1, environment -> environment.backend(hooked));
  private final Path directory = machine.directory();
  private KvStore store = open(options(1, 100));
  private final Map<String, String> model = new TreeMap<>();

  private KvStore open(KvOptions options) {
    return machine.environment().open(SPEC, directory, options);
  }

  private void reopen(UnaryOperator<KvOptions.Builder> options) {
    store.close();
    KvOptions.Builder noStalls = KvOptions.builder().set(EnsembleOptions.MAX_STALL, Duration.ZERO);
    store = open(options.apply(noStalls).build());
  }

  /** Begins with a new store. */
  private void recreate(KvOptions options) {
    store.close();
    machine.environment().destroy(directory);
    model.clear();
    store = open(options);
  }

  @AfterEach
  void close() {
    hooked.unhook();
    machine.disk().faults().clear();
    store.close();
    assertThat(hooked.openStores()).isZero();
    assertThat(hooked.openCursors()).isZero();
    assertThat(hooked.usesAfterClose()).isZero();
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

  /** Returns what the bean of the store tells of late. */
  private String[] events() throws Exception {
    ObjectName bean = new ObjectName("dev.ensemblekv:type=Store,store=" + store.stats().name());
    return (String[]) ManagementFactory.getPlatformMBeanServer().getAttribute(bean, "RecentEvents");
  }

  private void assertContents() {
    Map<String, String> found = new TreeMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        assertThat(found.put(text(cursor.key()), text(cursor.value()))).isNull();
      }
    }
    assertThat(found).isEqualTo(model);
    assertThat(store.size()).isEqualTo(model.size());
    model.forEach((key, value) -> assertThat(store.get(bytes(key))).isEqualTo(bytes(value)));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Does something at the next call of an operation on a substore. */
  private void atNext(String operation, String substore, Consumer<byte[]> action) {
    AtomicBoolean done = new AtomicBoolean();
    hooked.hook(
        (called, name, key) -> {
          if (called.equals(operation)
              && name.equals(substore)
              && done.compareAndSet(false, true)) {
            action.accept(key);
          }
        });
  }

  /** Returns a key that goes to the second substore when the first splits. */
  private byte[] movingKey() throws Exception {
    return movingKey(key -> {});
  }

  /** Returns a key that moves, and that moves too when it is changed. */
  private byte[] movingKey(Consumer<byte[]> change) throws Exception {
    KeyHash hash = new KeyHash(manifest(machine.disk(), directory).seed());
    Region half = new Region(0, 0, 0);
    for (int i = 0; ; i++) {
      byte[] key = bytes("key" + i);
      byte[] changed = key.clone();
      change.accept(changed);
      if (half.isInUpper(hash.bits(key)) && half.isInUpper(hash.bits(changed))) {
        return key;
      }
    }
  }

  // --- closing

  @Test
  void aTargetThatDoesNotCloseWellKeepsNothingElseFromClosing() {
    fill(100);
    runTo(Phase.VERIFYING);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.FORCE, path -> path.toString().contains("0001"), 0, 1000);
    store.close();
    machine.disk().faults().clear();
    store = open(KvOptions.defaults());
    assertContents();
  }

  @Test
  void aSubstoreThatDoesNotCloseKeepsNoOtherFromClosing() {
    recreate(options(3, 100));
    fill(20);
    atNext(
        "closed",
        "0000",
        key -> {
          throw new IllegalStateException("not now");
        });
    assertThatThrownBy(store::close).hasMessageContaining("not now");
    assertThat(hooked.openStores()).isZero();
    hooked.unhook();
    store = open(KvOptions.defaults());
    assertContents();
  }

  @Test
  void nothingIsRecordedAfterTheStoreWasClosed() throws Exception {
    hooked.bounded();
    recreate(options(1, 100));
    reopen(options -> options);
    put("a", "b");
    assertThat(machine.executor().readyCount()).as("the record of the bounds").isPositive();
    store.close();
    byte[] manifest = machine.disk().contents(directory.resolve("MANIFEST"));
    machine.executor().runAll();
    assertThat(machine.disk().contents(directory.resolve("MANIFEST"))).isEqualTo(manifest);
  }

  @Test
  void anExecutorThatTakesNoMoreTasksFailsNoWrite() {
    hooked.bounded();
    recreate(options(1, 100));
    machine.executor().refuse();
    fill(200);
    store.write(new KvBatch().put(bytes("key1"), bytes("value1")));
    control(store).splitNow();
    assertContents();
  }

  @Test
  void aCloseWaitsForTheStepThatIsRunning() throws Exception {
    fill(100);
    runTo(Phase.COPYING);
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    atNext(
        "put",
        "0001",
        key -> {
          reached.complete(null);
          goOn.join();
        });
    Thread step = new Thread(() -> machine.executor().runNext());
    step.start();
    reached.join();
    Thread closer = new Thread(() -> store.close());
    assertThat(isBlocked(closer)).isTrue();
    assertThat(hooked.openStores()).isEqualTo(2);
    goOn.complete(null);
    step.join();
    closer.join();
    assertThat(hooked.openStores()).isZero();
    assertThat(hooked.usesAfterClose()).isZero();
    store = open(KvOptions.defaults());
    assertContents();
  }

  // --- bounds

  @Test
  void theBoundsOfACleanCloseDoNotHoldOnceSomethingWasPut() {
    hooked.bounded();
    recreate(options(1, 100));
    fill(50);
    reopen(options -> options);
    assertThat(keysBound(store)).isEqualTo(50);
    for (int i = 50; i < 90; i++) {
      put("key" + i, "value");
    }
    machine.executor().runAll();
    store.flush();
    SimulatedMachine killed = machine.afterKill();
    try (KvStore found = killed.environment().open(SPEC, directory, KvOptions.defaults())) {
      assertThat(found.size()).isEqualTo(90);
      assertThat(keysBound(found)).isGreaterThanOrEqualTo(90);
    }
  }

  @Test
  void theBoundsOfAKilledStoreCoverWhatWasNotRecorded() {
    hooked.bounded();
    recreate(options(1, 100));
    put("first", "value");
    machine.executor().runAll();
    fill(50);
    store.flush();
    SimulatedMachine killed = machine.afterKill();
    try (KvStore found = killed.environment().open(SPEC, directory, KvOptions.defaults())) {
      assertThat(found.size()).isEqualTo(51);
      assertThat(keysBound(found)).isGreaterThanOrEqualTo(51);
    }
  }

  @Test
  void whatAnEngineKnowsSparesTheCount() {
    hooked.boundedByEngines();
    recreate(options(1, 100));
    AtomicInteger walks = new AtomicInteger();
    hooked.hook((called, name, key) -> walks.addAndGet(called.equals("iterate") ? 1 : 0));
    for (int round = 0; round < 5; round++) {
      fill(90); // the bound of the ensemble counts overwrites, that of the engine does not
      machine.executor().runAll();
    }
    assertThat(walks).hasValue(0);
    assertThat(substores(store)).isEqualTo(1);
    fill(110);
    machine.executor().runAll();
    assertThat(walks.get()).isPositive();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  private static long keysBound(KvStore store) {
    KvStats first = store.stats().substores().get(0);
    return first.metric("keysBound").orElseThrow().asLong();
  }

  @Test
  void everyKindOfInsertCounts() {
    store.put(bytes("a"), bytes("1"));
    store.compareAndSet(bytes("b"), null, bytes("2"));
    store.compareAndSet(bytes("b"), bytes("wrong"), bytes("3"));
    store.compareAndSet(bytes("b"), bytes("2"), null);
    store.write(new KvBatch().put(bytes("c"), bytes("4")).delete(bytes("d")));
    store.delete(bytes("a"));
    assertThat(keysBound(store)).isEqualTo(3);
    assertThat(bytesBound(store)).isEqualTo(6);
  }

  private static long bytesBound(KvStore store) {
    return store.stats().substores().get(0).metric("bytesBound").orElseThrow().asLong();
  }

  @Test
  void theBoundsOfBothHalvesHoldAfterASplitUnderWrites() {
    hooked.bounded();
    recreate(options(1, 100));
    fill(100);
    int written = 100;
    while (machine.executor().runNext()) {
      for (int i = 0; i < 10 && control(store).status().splits() == 0; i++) {
        put("key" + written, "value" + written);
        written++;
      }
    }
    assertThat(substores(store)).isGreaterThan(1);
    for (KvStats substore : store.stats().substores()) {
      long keys = substore.metric(KvMetric.KEYS).orElseThrow().asLong();
      assertThat(substore.metric("keysBound").orElseThrow().asLong()).isBetween(keys, 2 * keys);
      long liveBytes = substore.metric(KvMetric.LIVE_BYTES).orElseThrow().asLong();
      assertThat(substore.metric("bytesBound").orElseThrow().asLong())
          .isBetween(liveBytes, 2 * liveBytes);
    }
    assertContents();
  }

  // --- failures

  @Test
  void aWriteThatWaitsForACutoverThatFailsHalfwayIsRefused() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    CompletableFuture<Void> writing = new CompletableFuture<>();
    Thread writer = new Thread(() -> complete(writing, () -> store.put(key, bytes("new"))));
    machine
        .disk()
        .faults()
        .fail(
            DiskOperation.SYNC_DIRECTORY,
            path -> path.equals(directory) && isBlocked(writer),
            0,
            1);
    machine.executor().runNext();
    assertThatThrownBy(writing::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(StoreFailedException.class);
    assertContents();
    assertThatThrownBy(store::close).isInstanceOf(StoreFailedException.class);
    store = open(KvOptions.defaults());
    assertThat(substores(store)).as("the new manifest survived").isEqualTo(2);
    assertContents();
  }

  private static void complete(CompletableFuture<Void> future, Runnable action) {
    try {
      action.run();
      future.complete(null);
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  /** Starts a thread; returns when it waits for a lock, or is at its end without having to. */
  private static boolean isBlocked(Thread thread) {
    thread.start();
    Thread.State state = thread.getState();
    while (state != Thread.State.WAITING && state != Thread.State.TERMINATED) {
      Thread.onSpinWait();
      state = thread.getState();
    }
    return state == Thread.State.WAITING;
  }

  @Test
  void anErrorOfACopiedWriteFailsTheSplitAndLosesNothing() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    atNext(
        "put",
        "0001",
        copied -> {
          throw new StackOverflowError("of the caller");
        });
    assertThatThrownBy(() -> store.put(key, bytes("new"))).isInstanceOf(StackOverflowError.class);
    assertThat(store.get(key)).isEqualTo(bytes("new"));
    model.put(text(key), "new");
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().failures()).isEqualTo(1);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void anErrorOfAStepFailsTheSplitWhichIsTriedAgain() throws Exception {
    fill(100);
    runTo(Phase.COPYING);
    atNext(
        "put",
        "0001",
        key -> {
          throw new OutOfMemoryError("of a step");
        });
    assertThatThrownBy(() -> machine.executor().runNext()).isInstanceOf(OutOfMemoryError.class);
    assertThat(control(store).status().problem().orElseThrow()).contains("of a step");
    assertThat(String.join("\n", events())).contains("SPLIT_FAILED", "of a step");
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().failures()).isEqualTo(1);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void aFailureOfACopiedWriteFailsTheSplitAndNotTheWrite() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    atNext(
        "put",
        "0001",
        copied -> {
          throw new KvException("the target is sick", null);
        });
    store.put(key, bytes("new"));
    model.put(text(key), "new");
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().failures()).isEqualTo(1);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void afterAWriteOfUnknownOutcomeTheSplitBeginsAgain() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    hooked.hook(
        (operation, substore, written) -> {
          if (operation.equals("put") && substore.equals("0000")) {
            hooked.unhook();
            throw new KvException("nobody knows what was written", null);
          }
        });
    assertThatThrownBy(() -> store.put(key, bytes("new"))).isInstanceOf(KvException.class);
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().failures()).isEqualTo(1);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void aTargetThatDiffersIsNotCutOverTo() throws Exception {
    Consumer<byte[]> change = key -> key[0] = 'K';
    byte[] key = movingKey(change);
    fill(100);
    runTo(Phase.COPYING);
    hooked.hook(
        (operation, substore, copied) -> {
          if (operation.equals("put") && substore.equals("0001")) {
            change.accept(copied); // the engine stores something else than it was given
            hooked.unhook();
          }
        });
    store.put(key.clone(), bytes("new"));
    model.put(text(key), "new");
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().failures()).isEqualTo(1);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void anErrorWhileTheManifestIsPublishedPoisonsTheEnsemble() throws Exception {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    machine
        .disk()
        .faults()
        .fail(
            DiskOperation.SYNC_DIRECTORY,
            path -> {
              if (path.equals(directory)) {
                throw new OutOfMemoryError("just then");
              }
              return false;
            },
            0,
            1);
    machine.executor().runAll();
    machine.disk().faults().clear();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertContents();
    assertThatThrownBy(store::close)
        .isInstanceOf(StoreFailedException.class)
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
    store = open(KvOptions.defaults());
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
    assertTidy(machine.disk(), directory);
  }

  @Test
  void thePauseBeforeTheNextTryGrowsWithEachFailure() {
    fill(100);
    machine
        .disk()
        .faults()
        .fail(
            DiskOperation.FORCE,
            path -> path.toString().matches(".*/substores/(?!0000).*data.*"),
            0,
            1_000_000);
    machine.executor().advance(Duration.ofMinutes(10));
    assertThat(control(store).status().failures()).isBetween(10L, 20L);
    assertThat(control(store).status().problem()).isPresent();
    machine.disk().faults().clear();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().problem()).isEmpty();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void aSplitThatTheDiskHasNoRoomForDoesNotBegin() throws Exception {
    for (int i = 0; i < 100; i++) {
      put("key" + i, "x".repeat(1000));
    }
    store.flush();
    machine.disk().faults().fullAfter(20_000);
    machine.executor().runAll();
    assertThat(control(store).status().problem().orElseThrow()).contains("20000 bytes left");
    assertThat(machine.disk().list(directory.resolve("substores"))).containsExactly("0000");
    machine.disk().faults().clear();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void boundsThatCouldNotBeRecordedAreRecordedLater() throws Exception {
    hooked.bounded();
    recreate(options(1, 100));
    machine
        .disk()
        .faults()
        .fail(DiskOperation.FORCE, path -> path.toString().contains("MANIFEST"), 0, 1);
    put("a", "1");
    machine.executor().runAll();
    assertThat(manifest(machine.disk(), directory).closed()).isTrue();
    put("b", "2");
    assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    machine.executor().advance(LONG_ENOUGH);
    put("c", "3");
    machine.executor().runAll();
    assertThat(manifest(machine.disk(), directory).closed()).isFalse();
    assertThat(manifest(machine.disk(), directory).entries().values())
        .allSatisfy(entry -> assertThat(entry.keysBound()).isEqualTo(3));
  }

  @Test
  void aLeftOverThatCannotBeDeletedDoesNotKeepSubstoresFromSplitting() {
    fill(100);
    runTo(Phase.COPYING);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.DELETE, path -> path.toString().contains("0001"), 0, 1_000_000);
    assertThat(control(store).abort()).isTrue();
    machine.executor().runAll();
    assertThat(control(store).status().problem()).isPresent();
    for (int i = 100; i < 120; i++) {
      put("key" + i, "value" + i);
    }
    machine.executor().advance(LONG_ENOUGH);
    assertThat(substores(store)).isEqualTo(2);
    assertThat(control(store).status().problem()).as("it is still there").isPresent();
    machine.disk().faults().clear();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(control(store).status().problem()).isEmpty();
    assertContents();
  }

  @Test
  void anAbortThatComesTooLateAbortsNothingElse() {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    control(store).splitNow();
    atNext("flush", "0001", key -> assertThat(control(store).abort()).isTrue());
    try (KvCursor iteration = store.iterate()) {
      assertThat(iteration.next()).isTrue();
      machine.executor().runNext();
      control(store).splitNow("0001");
      machine.executor().runAll();
      assertThat(control(store).status().splits()).isEqualTo(2);
    }
    machine.executor().runAll();
    assertContents();
  }

  // --- what comes between

  @Test
  void aReaderThatComesTooLateForTheDonorLooksAgain() throws Exception {
    byte[] key = movingKey();
    fill(100);
    put(text(key), "the value");
    runTo(Phase.CUTTING_OVER);
    atNext("get", "0000", read -> machine.executor().runAll());
    assertThat(store.get(key)).isEqualTo(bytes("the value"));
    assertThat(substores(store)).isEqualTo(2);
  }

  @Test
  void anExistsThatComesTooLateForTheDonorLooksAgain() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    atNext("exists", "0000", read -> machine.executor().runAll());
    assertThat(store.exists(key)).isTrue();
    assertThat(substores(store)).isEqualTo(2);
  }

  @Test
  void aReadThatComesTooLateForTheDonorLooksAgain() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    atNext("read", "0000", read -> machine.executor().runAll());
    assertThat(store.<Integer>read(key, value -> value.remaining())).isPositive();
    assertThat(substores(store)).isEqualTo(2);
  }

  @Test
  void aWriteThatMeetsTheCopierAtItsKeyComesAfterIt() {
    writesAtTheMomentOfTheCopy(
        key -> store.delete(key), key -> store.write(new KvBatch().delete(key)));
  }

  @SafeVarargs
  private void writesAtTheMomentOfTheCopy(Consumer<byte[]>... deletes) {
    for (Consumer<byte[]> delete : deletes) {
      recreate(options(1, 100));
      fill(100);
      runTo(Phase.COPYING);
      CompletableFuture<Void> deleting = new CompletableFuture<>();
      atNext(
          "put",
          "0001",
          key -> {
            model.remove(text(key));
            isBlocked(new Thread(() -> complete(deleting, () -> delete.accept(key.clone()))));
          });
      machine.executor().runNext();
      deleting.join();
      machine.executor().runAll();
      assertThat(control(store).status().failures()).isZero();
      assertThat(substores(store)).isEqualTo(2);
      assertContents();
    }
  }

  @Test
  void aWriteThatWaitsForTheCutoverGoesToTheNewOwner() throws Exception {
    byte[] key = movingKey();
    byte[] other = bytes("other");
    fill(100);
    runTo(Phase.CUTTING_OVER);
    CompletableFuture<Void> putting = new CompletableFuture<>();
    CompletableFuture<Void> batching = new CompletableFuture<>();
    Thread putter = new Thread(() -> complete(putting, () -> store.put(key, bytes("put"))));
    Thread batcher =
        new Thread(
            () ->
                complete(
                    batching,
                    () ->
                        store.write(
                            new KvBatch()
                                .put(bytes("a"), bytes("1"))
                                .put(bytes("b"), bytes("2"))
                                .put(bytes("c"), bytes("3"))
                                .put(other, bytes("4")))));
    machine
        .disk()
        .faults()
        .fail(
            DiskOperation.SYNC_DIRECTORY,
            path ->
                path.equals(directory)
                    && putter.getState() == Thread.State.NEW // the batch's journal comes here too
                    && isBlocked(putter)
                    && !isBlocked(batcher),
            0,
            1);
    machine.executor().runNext();
    machine.disk().faults().clear();
    putting.join();
    batching.join();
    model.putAll(Map.of(text(key), "put", "a", "1", "b", "2", "c", "3", "other", "4"));
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
    machine.executor().runAll();
    assertContents();
  }

  @Test
  void whatWasDurableAtTheDonorIsDurableAtTheTarget() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.CUTTING_OVER);
    store.flush();
    atNext(
        "flushed",
        "0001",
        flushed -> {
          store.put(key, bytes("late"));
          store.flush();
        });
    machine.executor().runNext();
    assertThat(substores(store)).isEqualTo(2);
    SimulatedMachine crashed = machine.afterCrash(7);
    try (KvStore found = crashed.environment().open(SPEC, directory, KvOptions.defaults())) {
      assertThat(substores(found)).isEqualTo(2);
      assertThat(found.get(key)).isEqualTo(bytes("late"));
    }
  }

  @Test
  void aCutoverThatCannotBePublishedLeavesTheDonorInCharge() throws Exception {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.FORCE, path -> path.toString().contains("MANIFEST"), 0, 1);
    machine.executor().runNext();
    assertThat(substores(store)).isEqualTo(1);
    put("after", "the failure");
    fill(100);
    assertContents();
    machine.executor().advance(LONG_ENOUGH);
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
    assertTidy(machine.disk(), directory);
  }

  @Test
  void aFailedEnsembleTakesNoWriteOfAnyKind() {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.SYNC_DIRECTORY, path -> path.equals(directory), 0, 1);
    machine.executor().runNext();
    byte[] key = bytes("key1");
    for (Runnable write :
        new Runnable[] {
          () -> store.put(key, key),
          () -> store.delete(key),
          () -> store.compareAndSet(key, bytes("value1"), key),
          () -> store.write(new KvBatch().put(key, key)),
          () -> store.flush()
        }) {
      assertThatThrownBy(write::run).isInstanceOf(StoreFailedException.class);
    }
    assertContents();
    assertThatThrownBy(store::close).isInstanceOf(StoreFailedException.class);
  }

  @Test
  void writesAfterAnAbortDoNotReachTheTarget() throws Exception {
    byte[] key = movingKey();
    fill(100);
    runTo(Phase.VERIFYING);
    assertThat(control(store).abort()).isTrue();
    machine.executor().runAll();
    put(text(key), "after");
    store.delete(bytes("key99"));
    model.remove("key99");
    store.write(new KvBatch().put(key, bytes("batch")));
    model.put(text(key), "batch");
    assertThat(hooked.usesAfterClose()).isZero();
    assertContents();
  }

  @Test
  void aDonorDoesNotSplitAgainBeforeItIsClean() {
    fill(100);
    runTo(Phase.CUTTING_OVER);
    try (KvCursor iteration = store.iterate()) {
      assertThat(iteration.next()).isTrue();
      machine.executor().runNext();
      control(store).splitNow("0000");
      machine.executor().runAll();
      assertThat(control(store).status().splits()).isEqualTo(1);
      assertThat(control(store).status().queued()).isEqualTo(1);
    }
    machine.executor().runAll();
    assertThat(control(store).status().splits()).isEqualTo(2);
    assertContents();
  }

  @Test
  void halvesThatAreFullStillSplitWithoutAnotherPut() {
    fill(1000);
    machine.executor().runAll();
    assertThat(store.stats().substores())
        .allSatisfy(
            substore ->
                assertThat(substore.metric(KvMetric.KEYS).orElseThrow().asLong())
                    .isLessThan(substore.metric("keysLimit").orElseThrow().asLong()));
    assertContents();
  }

  @Test
  void aCrashAfterTheCleaningBringsNothingBack() {
    fill(100);
    store.flush();
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    SimulatedMachine crashed = machine.afterCrash(5);
    try (KvStore found = crashed.environment().open(SPEC, directory, KvOptions.defaults())) {
      assertThat(found.size()).isEqualTo(100);
    }
  }

  @Test
  void aFlushMakesEverySubstoreDurable() {
    recreate(options(3, 100));
    fill(50);
    store.flush();
    SimulatedMachine crashed = machine.afterCrash(3);
    try (KvStore found = crashed.environment().open(SPEC, directory, KvOptions.defaults())) {
      assertThat(found.size()).isEqualTo(50);
    }
  }

  @Test
  void aForcedSplitIsNotLostInOneThatIsAskedForAlready() {
    fill(100);
    for (int i = 0; i < 60; i++) {
      store.delete(bytes("key" + i));
      model.remove("key" + i);
    }
    assertThat(control(store).status().queued()).isEqualTo(1);
    control(store).splitNow();
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertContents();
  }

  @Test
  void anObstacleIsForgottenWhenTheSubstoreIsNoLongerFull() {
    reopen(options -> options.set(EnsembleOptions.MAX_SUBSTORES, 1L));
    fill(100);
    machine.executor().runAll();
    assertThat(store.stats().substores().get(0).facts()).containsKey("unsplittable");
    for (int i = 0; i < 90; i++) {
      store.delete(bytes("key" + i));
      model.remove("key" + i);
    }
    for (int i = 90; i < 100; i++) {
      put("key" + i, "again");
    }
    machine.executor().runAll();
    assertThat(store.stats().substores().get(0).facts()).doesNotContainKey("unsplittable");
    assertContents();
  }

  @Test
  void writersAreHeldUpOnlyWhileASplitRelievesThem() throws Exception {
    reopen(options -> options.set(EnsembleOptions.MAX_STALL, Duration.ofNanos(1000)));
    fill(140);
    assertThat(stalls()).isZero();
    fill(170);
    long stalls = stalls();
    assertThat(stalls).isPositive();
    assertThat(store.stats().metric("stallNanos").orElseThrow().asLong()).isPositive();
    store.write(
        new KvBatch().put(bytes("key1"), bytes("value1")).put(bytes("key2"), bytes("value2")));
    assertThat(stalls()).as("a batch is one write").isEqualTo(++stalls);

    control(store).pause();
    fill(170);
    assertThat(stalls()).as("nothing is to be waited for").isEqualTo(stalls);
    control(store).resume();
    machine.executor().runAll();
    fill(10);
    assertThat(stalls()).isEqualTo(stalls);
    assertThat(events()).filteredOn(event -> event.contains(" STALL ")).as("once").hasSize(1);
    assertContents();
  }

  private long stalls() {
    return store.stats().metric("stalledWrites").orElseThrow().asLong();
  }

  // --- reading only

  @Test
  void aStoreOpenForReadingShowsASplitThatWasCutShortAndChangesNothing() throws Exception {
    hooked.bounded(); // so that a close has something to record
    for (Phase phase : new Phase[] {Phase.VERIFYING, Phase.CLEANING}) {
      recreate(options(1, 1000));
      fill(1000);
      runTo(phase);
      store.close();
      byte[] manifest = machine.disk().contents(directory.resolve("MANIFEST"));
      store = open(KvOptions.builder().set(KvOptions.READ_ONLY, true).build());
      assertContents();
      assertThatThrownBy(() -> control(store).splitNow())
          .isInstanceOf(ReadOnlyStoreException.class);
      assertThatThrownBy(() -> control(store).splitNow("0000"))
          .isInstanceOf(ReadOnlyStoreException.class);
      machine.executor().runAll();
      machine.disk().faults().fail(DiskOperation.FORCE, 0);
      store.close();
      machine.disk().faults().clear();
      assertThat(machine.disk().contents(directory.resolve("MANIFEST"))).isEqualTo(manifest);
      assertThat(machine.disk().list(directory.resolve("substores")))
          .containsExactly("0000", "0001");
    }
  }

  @Test
  void aFullDiskKeepsNobodyFromReading() {
    fill(100);
    runTo(Phase.VERIFYING);
    store.close();
    machine.disk().faults().fullAfter(0);
    store = open(KvOptions.defaults());
    machine.executor().advance(LONG_ENOUGH);
    assertContents();
    assertThatCode(store::close).as("there is nothing to write").doesNotThrowAnyException();
  }
}
