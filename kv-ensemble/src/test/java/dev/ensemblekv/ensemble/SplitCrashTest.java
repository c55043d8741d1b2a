// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.extent.ExtentBackend;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.tck.KvStoreTck;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes before changes of the disk, through splits from first to last, and in recovery. {@code
 * dev.ensemblekv.tck.effort} has it try so many times more of them.
 */
class SplitCrashTest {
  private static final KvOptions OPTIONS = options(2, 16);
  private static final int EFFORT = Integer.getInteger(KvStoreTck.EFFORT, 1);

  /** The ways in which what moves comes to the target, by the engines that take them. */
  private enum Way {
    COPYING("ensemble:json", 80, 20),
    DIVIDING("ensemble:extent", 80, 20);

    private final String spec;
    private final int firstPoints;
    private final int morePoints;

    Way(String spec, int firstPoints, int morePoints) {
      this.spec = spec;
      this.firstPoints = firstPoints * EFFORT;
      this.morePoints = morePoints * EFFORT;
    }

    KvStore open(SimulatedMachine machine) {
      return machine.environment().open(spec, machine.directory(), OPTIONS);
    }
  }

  /** Writes of all kinds, with steps of the growth in between, from 2 substores to some more. */
  private static void scenario(Way way, long seed, SimulatedMachine machine, WriteHistory history) {
    SplittableRandom random = new SplittableRandom(seed);
    KvStore store = way.open(machine);
    boolean shared = false;
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
          store = way.open(machine);
        }
        default -> history.put(store, key, value);
      }
      for (int steps = random.nextInt(4); steps > 0; steps--) {
        machine.executor().runNext();
      }
      shared |= sharedSegments(store) > 0;
    }
    history.flush(store);
    machine.executor().runAll();
    assertThat(EnsembleTesting.substores(store)).isGreaterThanOrEqualTo(4);
    assertThat(shared).isEqualTo(way == Way.DIVIDING);
    history.close(store);
  }

  private static long sharedSegments(KvStore store) {
    return store.stats().substores().stream()
        .flatMap(substore -> substore.metric("sharedSegments").stream())
        .mapToLong(KvMetric::asLong)
        .sum();
  }

  private static void check(Way way, SimulatedMachine machine, WriteHistory history)
      throws Exception {
    history.checkReopening(() -> way.open(machine));
    if (machine.environment().describe(machine.directory()).isPresent()) {
      try (KvStore store = way.open(machine)) {
        machine.executor().runAll();
        history.check(store);
      }
      assertTidy(machine.disk(), machine.directory());
    }
  }

  private static CrashExplorer<WriteHistory> explorer(
      Way way, long seed, int points, Consumer<SimulatedDisk> prepare) {
    return CrashExplorer.<WriteHistory>of(
            WriteHistory::new,
            (machine, history) -> scenario(way, seed, machine, history),
            (machine, history) -> check(way, machine, history))
        .recovery(
            machine -> {
              try (KvStore store = way.open(machine)) {
                machine.executor().runAll();
                store.flush();
              }
            })
        .setUp(
            environment ->
                environment
                    .backend(new EnsembleBackend())
                    .backend(new JsonBackend())
                    .backend(new ExtentBackend()))
        .seed(seed)
        .outcomes(2)
        .maxPoints(points)
        .maxSecondPoints(3)
        .prepare(prepare)
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void noCrashDuringSplitsLosesOrInventsAnything(Way way) {
    // The first history is crashed before more of its changes, or all, than the others.
    CrashExplorer.Result all = explorer(way, 1, way.firstPoints, disk -> {}).explore();
    assertThat(all.crashStates()).isGreaterThan(Math.min(all.changes(), way.firstPoints) * 2L);
    long states = all.crashStates();
    for (long seed = 2; seed <= 3; seed++) {
      states += explorer(way, seed, way.morePoints, disk -> {}).explore().crashStates();
    }
    System.out.println(
        "SplitCrashTest " + way + ": " + all.changes() + " changes, " + states + " crash states");
  }

  @ParameterizedTest
  @EnumSource
  void aDiskWhoseDirectoriesAreNotSyncedIsCaught(Way way) {
    assertThatThrownBy(
            () ->
                explorer(way, 1, 300, disk -> disk.faults().omit(DiskOperation.SYNC_DIRECTORY))
                    .explore())
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @EnumSource
  void aDiskWhoseFilesAreNotForcedIsCaught(Way way) {
    assertThatThrownBy(
            () -> explorer(way, 1, 300, disk -> disk.faults().omit(DiskOperation.FORCE)).explore())
        .isInstanceOf(AssertionError.class);
  }
}
