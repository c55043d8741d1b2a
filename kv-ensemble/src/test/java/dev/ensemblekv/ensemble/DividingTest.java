// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static dev.ensemblekv.ensemble.EnsembleTesting.substores;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes while a substore is divided, at each moment at which the target lacks them. */
class DividingTest {
  private static final String SPEC = "ensemble:hooked:extent";
  private static final String TARGET = "0001";
  private static final int KEYS = 100;

  private final HookedBackend hooked = new HookedBackend();
  private final SimulatedMachine machine =
      new SimulatedMachine(1, environment -> environment.backend(hooked));
  private final Path directory = machine.directory();
  private final KvStore store =
      machine.environment().open(SPEC, directory, options(1, EnsembleOptions.LEAST_KEYS * KEYS));
  private final Map<String, String> model = new TreeMap<>();
  private List<String> moving = List.of();

  @BeforeEach
  void fill() throws Exception {
    KeyHash hash = new KeyHash(manifest(machine.disk(), directory).seed());
    List<String> found = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      put("key" + i, "value" + i);
      if (new Region(0, 0, 0).isInUpper(hash.bits(bytes("key" + i)))) {
        found.add("key" + i);
      }
    }
    moving = found;
    control(store).splitNow();
  }

  @AfterEach
  void close() {
    hooked.unhook();
    store.close();
    assertThat(hooked.openStores()).isZero();
    assertThat(hooked.usesAfterClose()).isZero();
  }

  private void put(String key, String value) {
    store.put(bytes(key), bytes(value));
    model.put(key, value);
  }

  private void delete(String key) {
    store.delete(bytes(key));
    model.remove(key);
  }

  /** Calls each kind of write, of keys that move and that do not. */
  private void writeAll(String value) {
    for (int i = 0; i < 2 * KEYS; i++) { // more of them move than are copied at a time
      put(value + i, value);
    }
    for (int i = 0; i < KEYS; i += 10) {
      put("key" + i, value);
    }
    put(moving.get(0), value);
    delete(moving.get(1));
    store.compareAndSet(bytes(moving.get(2)), null, bytes("not"));
    byte[] third = store.get(bytes(moving.get(2)));
    assertThat(store.compareAndSet(bytes(moving.get(2)), third, bytes(value))).isTrue();
    model.put(moving.get(2), value);
    store.write(new KvBatch().put(bytes(moving.get(3)), bytes(value)).delete(bytes(moving.get(4))));
    model.put(moving.get(3), value);
    model.remove(moving.get(4));
    put(moving.get(5), value);
    delete(moving.get(5));
  }

  /** Does something at some of the calls of an operation on the target, by their number. */
  private void atCalls(String operation, IntPredicate which, Consumer<String> action) {
    AtomicInteger calls = new AtomicInteger();
    hooked.hook(
        (called, substore, key) -> {
          if (called.equals(operation)
              && substore.equals(TARGET)
              && which.test(calls.getAndIncrement())) {
            action.accept(new String(key, StandardCharsets.UTF_8));
          }
        });
  }

  private void runTo(Phase phase) {
    while (control(store).status().phase() != phase) {
      assertThat(machine.executor().runNext()).as("something to run before %s", phase).isTrue();
    }
  }

  private static Map<String, String> contents(KvStore from) {
    Map<String, String> found = new TreeMap<>();
    try (KvCursor cursor = from.iterate()) {
      while (cursor.next()) {
        String key = new String(cursor.key(), StandardCharsets.UTF_8);
        assertThat(found.put(key, new String(cursor.value(), StandardCharsets.UTF_8))).isNull();
      }
    }
    return found;
  }

  private void assertDivided() throws Exception {
    assertThat(substores(store)).isEqualTo(2);
    assertThat(store.stats().substores().get(1).metric("sharedSegments").map(KvMetric::asLong))
        .as("nothing was copied but what was written meanwhile")
        .hasValueSatisfying(shared -> assertThat(shared).isPositive());
    assertThat(contents(store)).isEqualTo(model);
    model.forEach((key, value) -> assertThat(store.get(bytes(key))).isEqualTo(bytes(value)));
    machine.executor().runAll();
    assertThat(contents(store)).isEqualTo(model);
    assertTidy(machine.disk(), directory);
    store.flush();
    try (KvStore found =
        machine.afterCrash(7).environment().open(SPEC, directory, KvOptions.defaults())) {
      assertThat(contents(found)).isEqualTo(model);
    }
  }

  /** Runs the split up to the moment after the cutover. */
  private void runSplit() {
    while (control(store).status().splits() == 0) {
      assertThat(machine.executor().runNext()).as("something to run").isTrue();
    }
  }

  @Test
  void whatIsWrittenAfterTheFilesGotTheirNamesIsInTheTarget() throws Exception {
    atCalls("open", call -> call == 0, key -> writeAll("late"));
    runSplit();
    assertDivided();
  }

  @Test
  void whatIsWrittenBetweenTheStepsIsInTheTarget() throws Exception {
    runTo(Phase.CREATING);
    for (int step = 0; control(store).status().splits() == 0; step++) {
      writeAll("step" + step);
      assertThat(machine.executor().runNext()).as("something to run").isTrue();
    }
    assertDivided();
  }

  /** Who copies has read it already, and writes it afterwards. */
  @Test
  void aKeyThatIsWrittenWhileItIsCopiedIsCopiedAgain() throws Exception {
    atCalls("open", call -> call == 0, key -> writeAll("first"));
    runTo(Phase.COPYING);
    assertThat(substores(store)).isEqualTo(1);
    writeAll("second");
    // Under the stripes of the key nobody else could do this: it is before that.
    atCalls("put", call -> call == 0, key -> put(key, "while " + key + " is copied"));
    runSplit();
    assertDivided();
  }

  /** In another thread, as one that holds the locks would not see them. */
  @Test
  void nobodyWaitsWhileTheTargetIsMade() throws Exception {
    AtomicInteger written = new AtomicInteger();
    atCalls(
        "open",
        call -> true,
        none -> {
          CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeAll("meanwhile"));
          writer.orTimeout(1, TimeUnit.MINUTES).join();
          written.incrementAndGet();
        });
    runSplit();
    assertThat(written).hasValue(1);
    assertDivided();
  }

  @Test
  void aTargetThatTakesNothingFailsTheSplitAndNotTheWrites() throws Exception {
    hooked.hook(
        (called, substore, key) -> {
          if (called.equals("open")) {
            writeAll("as " + substore + " is made");
          } else if (called.equals("put") && !substore.equals("0000")) {
            throw new KvException("no more", null, null);
          }
        });
    for (long failures = 1; failures <= 2; failures++) {
      while (control(store).status().failures() < failures) {
        assertThat(machine.executor().runNext()).isTrue();
      }
      assertThat(contents(store)).isEqualTo(model);
      machine.executor().advance(Duration.ofMinutes(2));
    }
    hooked.unhook();
    machine.executor().advance(Duration.ofMinutes(2));
    machine.executor().runAll();
    assertThat(substores(store)).isEqualTo(2);
    assertThat(contents(store)).isEqualTo(model);
    assertTidy(machine.disk(), directory);
  }

  @Test
  void anAbortLeavesTheDonorAsItWas() throws Exception {
    for (Phase phase : new Phase[] {Phase.CREATING, Phase.COPYING, Phase.CUTTING_OVER}) {
      control(store).splitNow();
      runTo(phase);
      writeAll("before the abort in " + phase);
      assertThat(control(store).abort()).isTrue();
      machine.executor().runAll();
      writeAll("after the abort in " + phase);
      assertThat(substores(store)).isEqualTo(1);
      assertThat(contents(store)).isEqualTo(model);
      assertTidy(machine.disk(), directory);
    }
  }

  /** What is copied was read before, so it must not come behind what is repeated. */
  @Test
  void aKeyThatIsCopiedAtLastIsNotWrittenMeanwhile() throws Exception {
    String key = moving.get(0);
    Thread writer = new Thread(() -> put(key, "third"));
    atCalls(
        "open",
        call -> call == 0,
        none -> {
          put(key, "first");
          atCalls(
              "put",
              call -> call == 0,
              copied -> {
                put(key, "second");
                atCalls("put", call -> call == 0, again -> startAndLetWait(writer));
              });
        });
    runSplit();
    assertThat(writer.getState()).isNotEqualTo(Thread.State.NEW);
    writer.join();
    assertThat(model).containsEntry(key, "third");
    assertDivided();
  }

  /** Starts a thread, and goes on when that waits or has come to its end. */
  private static void startAndLetWait(Thread thread) {
    thread.start();
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  /** Whoever flushes before the cutover flushes the donor only. */
  @Test
  void whatIsFlushedJustBeforeTheCutoverIsDurableInTheTarget() throws Exception {
    runTo(Phase.CUTTING_OVER);
    AtomicInteger flushes = new AtomicInteger();
    hooked.hook(
        (called, substore, key) -> {
          boolean isOfDonor = called.equals("flush") && substore.equals("0000");
          if (isOfDonor && flushes.getAndIncrement() == 0) {
            put(moving.get(0), "flushed");
            delete(moving.get(1));
            store.flush();
          }
        });
    runSplit();
    assertThat(flushes.get()).isGreaterThan(1);
    for (long seed = 0; seed < 10; seed++) {
      try (KvStore found =
          machine.afterCrash(seed).environment().open(SPEC, directory, KvOptions.defaults())) {
        assertThat(contents(found)).as("after crash %s", seed).isEqualTo(model);
      }
    }
  }

  /** While the growth stands still, nobody waits for it, and it takes no more and more memory. */
  @Test
  void aPauseTakesEffectWhenTheTargetFollows() throws Exception {
    atCalls("open", call -> call == 0, key -> control(store).pause());
    machine.executor().runAll();
    assertThat(control(store).status().splits()).isZero();
    List<String> followed = new ArrayList<>();
    atCalls("put", call -> true, followed::add);
    writeAll("while nothing is done");
    assertThat(followed).contains(moving.get(0), moving.get(2), moving.get(5));
    control(store).resume();
    runSplit();
    assertDivided();
  }

  @Test
  void aPauseTakesEffectWhenTheTargetLacksNothing() throws Exception {
    atCalls(
        "open",
        call -> call == 0,
        none -> {
          control(store).pause();
          put(moving.get(0), "before");
          atCalls("put", call -> call == 0, key -> writeAll("while " + key + " is copied"));
        });
    machine.executor().runAll();
    assertThat(control(store).status().phase()).isEqualTo(Phase.CUTTING_OVER);
    control(store).resume();
    runSplit();
    assertDivided();
  }

  /** Writers are held up for as long as it is behind. */
  @Test
  void theRateDoesNotHoldForATargetThatIsBehind() throws Exception {
    int keyBytes = 64 << 10;
    int few = 10;
    int many = (int) MissingKeys.MANY_BYTES / keyBytes + few;
    KeyHash hash = new KeyHash(manifest(machine.disk(), directory).seed());
    control(store).splitRate(keyBytes);
    AtomicInteger copied = new AtomicInteger();
    Consumer<String> countFromHere =
        any -> {
          putLongKeys(many, keyBytes, hash);
          copied.set(1);
          atCalls("put", call -> true, key -> copied.incrementAndGet());
        };
    atCalls(
        "open",
        call -> call == 0,
        none -> {
          putLongKeys(few, keyBytes, hash);
          atCalls("put", call -> call == 0, countFromHere);
        });
    machine.executor().runAll();
    assertThat(copied.get()).isBetween(few + 1, many - 1);
  }

  /** Puts so many keys that move. */
  private void putLongKeys(int count, int keyBytes, KeyHash hash) {
    byte[] key = new byte[keyBytes];
    int put = 0;
    for (int i = 0; put < count; i++) {
      ByteBuffer.wrap(key).putInt(0, i).putInt(4, count);
      if (new Region(0, 0, 0).isInUpper(hash.bits(key))) {
        store.put(key, new byte[0]);
        put++;
      }
    }
  }

  @Test
  void allMissingKeysAreTakenOnceThoughMoreComeMeanwhile() {
    MissingKeys missing = new MissingKeys();
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 2 * KEYS; i++) {
      missing.note(bytes("key" + i));
      missing.note(bytes("key" + i));
      if (i % 3 == 0) {
        missing.take(2).forEach(key -> taken.add(new String(key, StandardCharsets.UTF_8)));
      }
    }
    while (missing.count() > 0) {
      List<byte[]> some = missing.take(7);
      assertThat(some).hasSizeBetween(1, 7);
      some.forEach(key -> taken.add(new String(key, StandardCharsets.UTF_8)));
    }
    assertThat(taken).hasSize(2 * KEYS).doesNotHaveDuplicates();
    assertThat(missing.take(1)).isEmpty();
  }

  @Test
  void whoWritesFasterThanTheTargetFollowsIsHeldUp() {
    Mirror mirror = new Mirror(new KeyHash(1), new Region(0, 0, 0));
    Substore donor =
        new Substore(0, 0, store, SubstoreSize.bounded(new KvCapacity(1000, 1000), 0, 0, 0));
    donor.mirror(mirror);
    Growth growth =
        new Growth(
            machine.executor(),
            request -> {
              throw new IllegalStateException("nothing is asked for");
            },
            () -> true,
            1,
            new GrowthEvents(event -> {}));
    Backpressure backpressure = new Backpressure(Duration.ofNanos(1), growth, event -> {});
    byte[] key = new byte[MissingKeys.BYTES_PER_KEY]; // long, as keys may be
    for (int i = 0; !donor.isTargetBehind(); i++) {
      assertThat(2L * key.length * i).isLessThan(MissingKeys.MANY_BYTES);
      ByteBuffer.wrap(key).putInt(i);
      mirror.missing().note(key);
      mirror.missing().note(key);
    }
    assertThat(2L * key.length * mirror.missing().count()).isEqualTo(MissingKeys.MANY_BYTES);
    backpressure.await(donor);
    assertThat(backpressure.stalls()).isOne();
    mirror.missing().take(1);
    backpressure.await(donor);
    assertThat(backpressure.stalls()).isOne();
  }
}
