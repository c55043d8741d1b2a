// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Crashes before every change of the disk while an ensemble over two roots is created, gets a third
 * one and splits, and while it is destroyed.
 */
class RootsCrashTest {
  private static final KvOptions TWO = over("/disk1/kv");
  private static final KvOptions THREE = over("/disk1/kv,/disk2/kv");

  private static KvOptions over(String roots) {
    return options(2, 16).toBuilder().set(EnsembleOptions.ROOTS, roots).build();
  }

  private static KvStore open(SimulatedMachine machine, KvOptions options) {
    return machine.environment().open("ensemble:json", machine.directory(), options);
  }

  private static void growth(SimulatedMachine machine, WriteHistory history) {
    KvStore store = open(machine, TWO);
    fill(store, history, "first", 6);
    history.close(store);
    store = open(machine, THREE);
    fill(store, history, "second", 30);
    history.flush(store);
    machine.executor().runAll();
    assertThat(EnsembleTesting.substores(store)).isGreaterThanOrEqualTo(4);
    history.close(store);
  }

  private static void fill(KvStore store, WriteHistory history, String prefix, int keys) {
    for (int i = 0; i < keys; i++) {
      history.put(store, bytes(prefix + i), bytes("value"));
    }
  }

  private static void check(SimulatedMachine machine, WriteHistory history) throws Exception {
    history.checkReopening(() -> open(machine, THREE));
    if (machine.environment().describe(machine.directory()).isPresent()) {
      try (KvStore store = open(machine, THREE)) {
        machine.executor().runAll();
        history.check(store);
      }
      assertRootsAreTidy(machine);
    }
  }

  private static void assertRootsAreTidy(SimulatedMachine machine) throws Exception {
    Manifest manifest = EnsembleTesting.manifest(machine.disk(), machine.directory());
    assertThat(manifest.roots()).hasSize(2);
    for (Map.Entry<Integer, Manifest.KnownRoot> root : manifest.roots().entrySet()) {
      Path substores = Path.of(root.getValue().path()).resolve("substores");
      List<String> there =
          machine.disk().exists(substores) ? machine.disk().list(substores) : List.of();
      assertThat(there).isEqualTo(manifest.substoresIn(root.getKey()));
    }
  }

  private static CrashExplorer.Builder<WriteHistory> crashes(
      CrashExplorer.Scenario<WriteHistory> scenario, CrashExplorer.Check<WriteHistory> check) {
    return CrashExplorer.<WriteHistory>of(WriteHistory::new, scenario, check)
        .setUp(environment -> environment.backend(new EnsembleBackend()).backend(new JsonBackend()))
        .seed(1)
        .outcomes(2)
        .maxSecondPoints(1);
  }

  private static CrashExplorer.Result exploreGrowth(Consumer<SimulatedDisk> prepare) {
    return crashes(RootsCrashTest::growth, RootsCrashTest::check)
        .recovery(machine -> open(machine, THREE).close())
        .prepare(prepare)
        .build()
        .explore();
  }

  @Test
  void noCrashLosesARootOrWhatIsInIt() {
    CrashExplorer.Result result = exploreGrowth(disk -> {});
    assertThat(result.crashStates()).isGreaterThan(result.changes());
  }

  @Test
  void aDiskWhoseDirectoriesAreNotSyncedIsCaught() {
    assertThatThrownBy(
            () -> exploreGrowth(disk -> disk.faults().omit(DiskOperation.SYNC_DIRECTORY)))
        .isInstanceOf(AssertionError.class);
  }

  /** Whatever is left after a crash, destroying it again leaves nothing. */
  @Test
  void aDestructionThatIsCutShortCanBeEnded() {
    crashes(
            (machine, history) -> {
              open(machine, TWO).close();
              machine.environment().destroy(machine.directory());
            },
            (machine, history) -> {
              if (machine.environment().describe(machine.directory()).isPresent()) {
                machine.environment().destroy(machine.directory());
              } else {
                open(machine, TWO).close();
                machine.environment().destroy(machine.directory());
              }
              Path root = Path.of("/disk1/kv");
              assertThat(machine.disk().exists(machine.directory())).isFalse();
              assertThat(machine.disk().exists(root) ? machine.disk().list(root) : null)
                  .isNullOrEmpty();
            })
        .build()
        .explore();
  }
}
