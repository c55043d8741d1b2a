// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Crashes before every change of the disk, through splits from first to last, and in recovery. */
class SplitCrashTest {
  private static final KvOptions OPTIONS = options(2, 16);

  private static KvStore open(SimulatedMachine machine) {
    return machine.environment().open("ensemble:json", machine.directory(), OPTIONS);
  }

  /** Writes of all kinds, with steps of the growth in between, from 2 substores to some more. */
  private static void scenario(long seed, SimulatedMachine machine, WriteHistory history) {
    SplittableRandom random = new SplittableRandom(seed);
    KvStore store = open(machine);
    for (int i = 0; i < 120; i++) {
      byte[] key = bytes("k" + random.nextInt(60));
      byte[] value = bytes("v" + i);
      switch (random.nextInt(12)) {
        case 0 -> history.flush(store);
        case 1 -> history.delete(store, key);
        case 2 ->
            history.write(
                store,
                new KvBatch().put(key, value).delete(bytes("k" + random.nextInt(60))),
                Durability.SYNC);
        case 3 -> {
          history.close(store);
          store = open(machine);
        }
        default -> history.put(store, key, value);
      }
      for (int steps = random.nextInt(3); steps > 0; steps--) {
        machine.executor().runNext();
      }
    }
    history.flush(store);
    machine.executor().runAll();
    assertThat(EnsembleTesting.substores(store)).isGreaterThanOrEqualTo(4);
    history.close(store);
  }

  private static void check(SimulatedMachine machine, WriteHistory history) throws Exception {
    history.checkReopening(() -> open(machine));
    if (machine.environment().describe(machine.directory()).isPresent()) {
      try (KvStore store = open(machine)) {
        machine.executor().runAll();
        history.check(store);
      }
      assertTidy(machine.disk(), machine.directory());
    }
  }

  private static CrashExplorer<WriteHistory> explorer(
      long seed, int points, Consumer<SimulatedDisk> prepare) {
    return CrashExplorer.<WriteHistory>of(
            WriteHistory::new,
            (machine, history) -> scenario(seed, machine, history),
            SplitCrashTest::check)
        .recovery(
            machine -> {
              try (KvStore store = open(machine)) {
                machine.executor().runAll();
                store.flush();
              }
            })
        .setUp(environment -> environment.backend(new EnsembleBackend()).backend(new JsonBackend()))
        .seed(seed)
        .outcomes(2)
        .maxPoints(points)
        .maxSecondPoints(3)
        .prepare(prepare)
        .build();
  }

  @Test
  void noCrashDuringSplitsLosesOrInventsAnything() {
    // The first history is crashed before each of its changes, the others before a sample of them.
    CrashExplorer.Result all = explorer(1, Integer.MAX_VALUE, disk -> {}).explore();
    assertThat(all.crashStates()).isGreaterThan(all.changes() * 2);
    long states = all.crashStates();
    for (long seed = 2; seed <= 3; seed++) {
      states += explorer(seed, 300, disk -> {}).explore().crashStates();
    }
    System.out.println(
        "SplitCrashTest: " + all.changes() + " changes, " + states + " crash states");
  }

  @Test
  void aDiskWhoseDirectoriesAreNotSyncedIsCaught() {
    assertThatThrownBy(
            () ->
                explorer(1, 400, disk -> disk.faults().omit(DiskOperation.SYNC_DIRECTORY))
                    .explore())
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void aDiskWhoseFilesAreNotForcedIsCaught() {
    assertThatThrownBy(
            () -> explorer(1, 400, disk -> disk.faults().omit(DiskOperation.FORCE)).explore())
        .isInstanceOf(AssertionError.class);
  }
}
