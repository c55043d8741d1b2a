// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loss of power at any moment: what was flushed is there, of each key only the latest writes are
 * lost, batches are whole, and the store opens.
 */
class CrashTest {
  private static final int STEPS = 60;

  private static KvStore open(SimulatedMachine machine) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "16")
            .set("extent.segmentSize", "64KiB")
            .set("extent.replaySize", "64KiB")
            .build();
    return machine.environment().open(new ExtentBackend().name(), machine.directory(), options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void scenario(long seed, SimulatedMachine machine, WriteHistory history) {
    SplittableRandom random = new SplittableRandom(seed);
    KvStore store = open(machine);
    for (int i = 0; i < STEPS; i++) {
      byte[] key = bytes("k" + random.nextInt(30));
      byte[] value = bytes("v" + i + "x".repeat(random.nextInt(6000)));
      switch (random.nextInt(16)) {
        case 0, 1 -> history.delete(store, key);
        case 2 -> history.flush(store);
        case 3, 4 ->
            history.write(
                store,
                new KvBatch().put(key, value).delete(bytes("k0")).put(bytes("k9"), value),
                Durability.DEFAULT);
        case 5 ->
            history.write(
                store, new KvBatch().put(key, value).put(bytes("k8"), value), Durability.SYNC);
        case 6, 7 -> machine.executor().runAll();
        case 8 -> machine.executor().advance(Duration.ofSeconds(2));
        case 9 -> {
          KvTask task = store.compact();
          machine.executor().runAll();
          task.result();
        }
        case 10 -> {
          history.close(store);
          store = open(machine);
        }
        default -> history.put(store, key, value);
      }
    }
    history.close(store);
  }

  private static CrashExplorer.Builder<WriteHistory> explorer(long seed) {
    return CrashExplorer.<WriteHistory>of(
            WriteHistory::new,
            (machine, history) -> scenario(seed, machine, history),
            (machine, history) -> history.checkReopening(() -> open(machine)))
        .seed(seed)
        .outcomes(3)
        .maxSecondPoints(2)
        .recovery(
            machine -> {
              try (KvStore store = open(machine)) {
                KvTask task = store.compact();
                machine.executor().runAll();
                task.result();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noCrashLosesWhatWasDurable(long seed) {
    CrashExplorer.Result result = explorer(seed).build().explore();
    assertThat(result.changes()).isGreaterThan(STEPS);
    assertThat(result.crashStates()).isGreaterThan(result.changes());
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskOperation.class,
      names = {"FORCE", "SYNC_DIRECTORY", "RENAME"})
  void aDiskThatLeavesSomethingOutIsFoundOut(DiskOperation operation) {
    CrashExplorer<WriteHistory> explorer =
        explorer(1).prepare(disk -> disk.faults().omit(operation, path -> true)).build();
    assertThatThrownBy(explorer::explore).isInstanceOf(AssertionError.class);
  }
}
