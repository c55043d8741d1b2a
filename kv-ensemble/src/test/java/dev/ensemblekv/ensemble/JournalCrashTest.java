// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.WrongJournalBackend.Wrong;
import dev.ensemblekv.extent.ExtentBackend;
import dev.ensemblekv.extent.ExtentOptions;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Crashes before every change of the disk, while batches over several substores are written beside
 * single writes, splits, flushes and reopenings: each batch must be there whole or not at all, and
 * in its place between the other writes to its keys.
 */
class JournalCrashTest {
  private static final KvOptions OPTIONS =
      options(2, 16).toBuilder().set(EnsembleOptions.JOURNAL_SIZE, 4L << 10).build();
  private static final KvOptions OF_EXTENT =
      OPTIONS.toBuilder()
          .set("extent.segmentSize", "8KiB")
          .set("extent.memtableKeys", "32")
          .set("extent.replaySize", "8KiB")
          .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
          .build();
  private static final int KEYS = 50;
  private static final int STEPS = 90;

  /** A scenario over one kind of substores, which may be wrong. */
  private record Course(String inner, Wrong wrong, long seed) {
    KvStore open(SimulatedMachine machine) {
      return machine.environment().open("ensemble:wrong:" + inner, machine.directory(), options());
    }

    /** Every other one begins with one substore, which takes batches without the journal. */
    private KvOptions options() {
      return (inner.equals("extent") ? OF_EXTENT : OPTIONS)
          .toBuilder().set(EnsembleOptions.INITIAL_SUBSTORES, 1 + seed % 2).build();
    }

    void run(SimulatedMachine machine, WriteHistory history) {
      SplittableRandom random = new SplittableRandom(seed);
      KvStore store = open(machine);
      assertThat(store.features()).contains(KvFeature.ATOMIC_BATCH);
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(12)) {
          case 0 -> history.flush(store);
          case 1 -> history.delete(store, key(random));
          case 2 -> {
            history.close(store);
            store = open(machine);
          }
          case 3, 4, 5, 6, 7 ->
              history.write(
                  store,
                  batch(random, i),
                  random.nextInt(3) == 0 ? Durability.SYNC : Durability.DEFAULT);
          default -> history.put(store, key(random), value(random, i));
        }
        for (int steps = random.nextInt(4); steps > 0; steps--) {
          machine.executor().runNext();
        }
      }
      machine.executor().runAll();
      assertThat(EnsembleTesting.substores(store)).isGreaterThanOrEqualTo(4);
      history.close(store);
    }

    private static KvBatch batch(SplittableRandom random, int number) {
      KvBatch batch = new KvBatch();
      for (int i = 2 + random.nextInt(4); i > 0; i--) {
        if (random.nextInt(5) == 0) {
          batch.delete(key(random));
        } else {
          batch.put(key(random), value(random, number));
        }
      }
      return batch;
    }

    private static byte[] key(SplittableRandom random) {
      return bytes("k" + random.nextInt(KEYS));
    }

    private static byte[] value(SplittableRandom random, int number) {
      return bytes("v" + number + "x".repeat(random.nextInt(4) == 0 ? random.nextInt(400) : 0));
    }

    private void check(SimulatedMachine machine, WriteHistory history) throws Exception {
      history.checkReopening(() -> open(machine));
      if (machine.environment().describe(machine.directory()).isPresent()) {
        try (KvStore store = open(machine)) {
          machine.executor().runAll();
          history.check(store);
        }
        assertTidy(machine.disk(), machine.directory());
        assertThat(machine.disk().list(machine.directory()))
            .noneMatch(name -> JournalFile.first(name).isPresent());
      }
    }

    CrashExplorer.Result explore(int points, Consumer<SimulatedDisk> prepare) {
      return CrashExplorer.<WriteHistory>of(WriteHistory::new, this::run, this::check)
          .recovery(
              machine -> {
                try (KvStore store = open(machine)) {
                  machine.executor().runAll();
                  store.flush();
                }
              })
          .setUp(
              environment ->
                  environment
                      .backend(new EnsembleBackend())
                      .backend(new WrongJournalBackend(wrong))
                      .backend(new JsonBackend())
                      .backend(new ExtentBackend()))
          .seed(seed)
          .outcomes(2)
          .maxPoints(points)
          .maxSecondPoints(2)
          .recoverOneIn(4)
          .prepare(prepare)
          .build()
          .explore();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "extent"})
  void noCrashLeavesPartOfABatch(String inner) {
    long changes = 0;
    long states = 0;
    for (long seed = 1; seed <= 2; seed++) {
      CrashExplorer.Result result = new Course(inner, Wrong.NOTHING, seed).explore(110, disk -> {});
      changes += result.changes();
      states += result.crashStates();
    }
    assertThat(states).isGreaterThan(400);
    System.out.println(
        "JournalCrashTest over " + inner + ": " + changes + " changes, " + states + " states");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
  void aSubstoreThatIsWrongAboutBatchesIsCaught(Wrong wrong) {
    assertCaught(wrong, disk -> {});
  }

  @Test
  void aJournalThatIsNotForcedIsCaught() {
    assertCaught(
        Wrong.NOTHING,
        disk -> disk.faults().omit(DiskOperation.FORCE, JournalCrashTest::isJournal));
  }

  @Test
  void aJournalWhoseNameIsNotSyncedIsCaught() {
    assertCaught(
        Wrong.NOTHING,
        disk ->
            disk.faults()
                .omit(
                    DiskOperation.SYNC_DIRECTORY,
                    path -> WrongJournalBackend.isWithin(JournalFile.class)));
  }

  private static boolean isJournal(Path path) {
    return JournalFile.first(String.valueOf(path.getFileName())).isPresent();
  }

  /**
   * Some faults show late in a run, and not in each: a few crashes all through it, and many runs,
   * of which those come first that show most.
   */
  private static void assertCaught(Wrong wrong, Consumer<SimulatedDisk> prepare) {
    assertThatThrownBy(
            () -> {
              for (long seed = 6; seed <= 21; seed++) {
                new Course("json", wrong, seed).explore(60, prepare);
              }
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("crash before change");
  }
}
