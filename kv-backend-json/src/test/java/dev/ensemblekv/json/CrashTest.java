// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loss of power at any moment: what was flushed is there, of each key only the latest writes are
 * lost, batches are whole, and the store opens.
 */
class CrashTest {
  private static final int STEPS = 40;

  private static KvStore open(SimulatedMachine machine) {
    return new Fixture(machine).open();
  }

  private static void scenario(long seed, SimulatedMachine machine, WriteHistory history) {
    SplittableRandom random = new SplittableRandom(seed);
    KvStore store = open(machine);
    for (int i = 0; i < STEPS; i++) {
      byte[] key = bytes("k" + random.nextInt(6));
      byte[] value = bytes("v" + i + "x".repeat(random.nextInt(3000)));
      switch (random.nextInt(12)) {
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
        case 6, 7 -> new Fixture(machine).pass(100);
        case 8 -> {
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
        .recovery(machine -> open(machine).close());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
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
        explorer(1)
            .prepare(
                disk -> disk.faults().omit(operation, path -> path.toString().contains("data")))
            .build();
    assertThatThrownBy(explorer::explore).isInstanceOf(AssertionError.class);
  }
}
