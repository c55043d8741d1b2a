// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loss of power at any moment of a checkpoint and after it: the store is as if there had been none,
 * and the copy is whole or not there.
 */
class CheckpointCrashTest {
  private static final Path COPY = Path.of("/copies/copy");
  private static final int STEPS = 15;
  private static final int POINTS = 80;

  /** What was written, and what the copy must hold. */
  private static final class History {
    final WriteHistory writes = new WriteHistory();
    Map<String, String> copied = Map.of();
    boolean made;
  }

  private static KvStore open(SimulatedMachine machine, Path directory) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "16")
            .set("extent.segmentSize", "64KiB")
            .build();
    return machine.environment().open(new ExtentBackend().name(), directory, options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static Map<String, String> contents(KvStore store) {
    Map<String, String> contents = new TreeMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        contents.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
      }
    }
    return contents;
  }

  private static void write(
      SplittableRandom random, SimulatedMachine machine, KvStore store, WriteHistory writes) {
    for (int i = 0; i < STEPS; i++) {
      byte[] key = bytes("k" + random.nextInt(8));
      switch (random.nextInt(6)) {
        case 0 -> writes.delete(store, key);
        case 1 -> machine.executor().runAll();
        default -> writes.put(store, key, bytes("v" + i + "x".repeat(random.nextInt(5000))));
      }
    }
  }

  private static void run(SimulatedMachine machine, KvTask task) {
    machine.executor().runAll();
    task.result();
  }

  private static void scenario(long seed, SimulatedMachine machine, History history) {
    SplittableRandom random = new SplittableRandom(seed);
    KvStore store = open(machine, machine.directory());
    write(random, machine, store, history.writes);
    history.copied = contents(store);
    run(machine, store.checkpoint(COPY));
    history.made = true;
    write(random, machine, store, history.writes);
    run(machine, store.compact());
    write(random, machine, store, history.writes);
    history.writes.close(store);
  }

  private static void check(SimulatedMachine machine, History history) {
    boolean there = machine.environment().describe(COPY).isPresent();
    assertThat(there || !history.made).as("the copy is there once it was made").isTrue();
    if (there) {
      checkCopy(machine, history);
    }
    history.writes.checkReopening(() -> open(machine, machine.directory()));
    if (there) {
      checkCopy(machine, history);
    }
  }

  private static void checkCopy(SimulatedMachine machine, History history) {
    try (KvStore copy = open(machine, COPY)) {
      assertThat(contents(copy)).isEqualTo(history.copied);
      KvTask task = copy.verify();
      machine.executor().runAll();
      assertThat(task.result().problems()).isEmpty();
    }
  }

  private static CrashExplorer.Builder<History> explorer(long seed) {
    return CrashExplorer.<History>of(
            History::new,
            (machine, history) -> scenario(seed, machine, history),
            CheckpointCrashTest::check)
        .seed(seed)
        .outcomes(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noCrashHarmsStoreOrCopy(long seed) {
    CrashExplorer.Result result = explorer(seed).maxPoints(POINTS).build().explore();
    assertThat(result.crashStates()).isGreaterThan(POINTS);
  }

  /** What is written to the copy, and lost again, is nothing to the store. */
  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void noCrashOfTheCopyHarmsTheStore(long seed) {
    explorer(seed)
        .recovery(
            machine -> {
              if (machine.environment().describe(COPY).isPresent()) {
                try (KvStore copy = open(machine, COPY)) {
                  Map<String, String> before = contents(copy);
                  run(machine, copy.compact());
                  assertThat(contents(copy)).isEqualTo(before);
                }
              }
            })
        .maxSecondPoints(3)
        .outcomes(1)
        .maxPoints(POINTS / 2)
        .build()
        .explore();
  }

  @Test
  void aSyncThatIsLeftOutIsFoundOut() {
    Consumer<DiskOperation> check =
        operation ->
            assertThatThrownBy(
                    explorer(1)
                            .prepare(
                                disk ->
                                    disk.faults().omit(operation, path -> path.startsWith(COPY)))
                            .build()
                        ::explore)
                .as("without %s", operation)
                .hasMessageContaining("crash before change");
    check.accept(DiskOperation.SYNC_DIRECTORY);
    check.accept(DiskOperation.FORCE);
  }
}
