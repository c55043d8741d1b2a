// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.reference.ReferenceBackend;
import dev.ensemblekv.tck.reference.ReferenceBackend.Flaw;
import dev.ensemblekv.tck.sim.CrashExplorer.CrashPoint;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The explorer on a sound store, and on stores and disks that leave something out. */
class CrashExplorerTest {
  private static final int WRITES = 24;
  private static final Pattern POINT = Pattern.compile("CrashPoint\\.parse\\(\"([^\"]+)\"\\)");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static KvStore open(SimulatedMachine machine) {
    return machine.environment().open("reference", machine.directory(), KvOptions.defaults());
  }

  /** Puts, deletes, batches and flushes a few keys, and closes and reopens on the way. */
  private static void scenario(SimulatedMachine machine, WriteHistory history) {
    SplittableRandom random = new SplittableRandom(7);
    KvStore store = open(machine);
    for (int i = 0; i < WRITES; i++) {
      byte[] key = bytes("k" + random.nextInt(5));
      byte[] value = bytes("v" + i + "-" + "x".repeat(random.nextInt(8) == 0 ? 5000 : 20));
      switch (random.nextInt(8)) {
        case 0 -> history.delete(store, key);
        case 1 -> history.flush(store);
        case 2, 3 ->
            history.write(
                store,
                new KvBatch().put(key, value).delete(bytes("k0")).put(bytes("k9"), value),
                random.nextBoolean() ? Durability.SYNC : Durability.DEFAULT);
        default -> history.put(store, key, value);
      }
      if (i == WRITES / 2) {
        history.close(store);
        store = open(machine);
      }
    }
    history.close(store);
  }

  private static CrashExplorer<WriteHistory> explorer(
      ReferenceBackend backend, Consumer<SimulatedDisk> prepare) {
    return CrashExplorer.<WriteHistory>of(
            WriteHistory::new,
            CrashExplorerTest::scenario,
            (machine, history) -> history.checkReopening(() -> open(machine)))
        .setUp(environment -> environment.backend(backend))
        .prepare(prepare)
        .recovery(machine -> open(machine).close())
        .outcomes(4)
        .build();
  }

  @Test
  void aSoundStoreComesThroughEveryCrash() {
    CrashExplorer.Result result = explorer(new ReferenceBackend(), disk -> {}).explore();
    assertThat(result.changes()).isGreaterThan(WRITES);
    assertThat(result.crashStates()).isGreaterThan(result.changes() * 4);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "FLUSH_WITHOUT_FORCE",
        "NO_CHECKSUM",
        "BATCH_IN_PIECES",
        "TORN_TAIL_KEPT",
        "DELETES_NOT_LOGGED",
        "FIRST_RECORD_SKIPPED_AT_OPEN",
        "REPLAYED_BACKWARDS",
        "SYNC_WITHOUT_FORCE"
      })
  void aStoreThatLeavesSomethingOutIsCaughtAndTheCrashReplays(Flaw flaw) {
    CrashExplorer<WriteHistory> explorer = explorer(new ReferenceBackend(flaw), disk -> {});
    assertCaughtAndReplayed(explorer);
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskOperation.class,
      names = {"FORCE", "SYNC_DIRECTORY", "RENAME"})
  void aDiskThatLeavesSomethingOutIsCaughtAndTheCrashReplays(DiskOperation operation) {
    assertCaughtAndReplayed(
        explorer(new ReferenceBackend(), disk -> disk.faults().omit(operation)));
  }

  private static void assertCaughtAndReplayed(CrashExplorer<WriteHistory> explorer) {
    AssertionError failure = catchThrowableOfType(AssertionError.class, explorer::explore);
    assertThat(failure).as("what the explorer found").isNotNull();
    String message = String.valueOf(failure.getMessage());
    Matcher matcher = POINT.matcher(message);
    assertThat(matcher.find()).as(message).isTrue();
    CrashPoint point = CrashPoint.parse(matcher.group(1));
    assertThatThrownBy(() -> explorer.replay(point))
        .isInstanceOf(AssertionError.class)
        .cause()
        .hasToString(String.valueOf(failure.getCause()));
  }

  @Test
  void aPointThatIsSoundReplaysInPeace() {
    CrashExplorer<WriteHistory> explorer = explorer(new ReferenceBackend(), disk -> {});
    assertThatCode(() -> explorer.replay(new CrashPoint(1, 20, 0, 3))).doesNotThrowAnyException();
  }

  @Test
  void aSampleTakesFewerStates() {
    CrashExplorer.Result result =
        CrashExplorer.<WriteHistory>of(
                WriteHistory::new,
                CrashExplorerTest::scenario,
                (machine, history) -> history.checkReopening(() -> open(machine)))
            .setUp(environment -> environment.backend(new ReferenceBackend()))
            .maxPoints(5)
            .outcomes(1)
            .build()
            .explore();
    assertThat(result.crashStates()).isBetween(1L, 20L);
  }

  @Test
  void crashesDuringTheRecoveryAreStatesOfTheirOwn() {
    long[] recoveries = {0};
    CrashExplorer.Result result =
        CrashExplorer.<WriteHistory>of(
                WriteHistory::new,
                (machine, history) -> history.close(open(machine)),
                (machine, history) -> open(machine).close())
            .setUp(environment -> environment.backend(new ReferenceBackend()))
            .outcomes(2)
            .recovery(
                machine -> {
                  recoveries[0]++;
                  open(machine).close();
                })
            .build()
            .explore();
    assertThat(recoveries[0]).isEqualTo((result.changes() + 1) * 2);
    assertThat(result.crashStates()).isGreaterThan(recoveries[0]);
  }

  @Test
  void aScenarioThatFailsByItselfIsNotTakenForACrash() {
    CrashExplorer<WriteHistory> explorer =
        CrashExplorer.<WriteHistory>of(
                WriteHistory::new,
                (machine, history) -> {
                  throw new IllegalStateException("a mistake");
                },
                (machine, history) -> {})
            .build();
    assertThatThrownBy(explorer::explore)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a mistake");
  }

  @Test
  void aKilledProcessKeepsWhatItCompleted() {
    SimulatedMachine machine =
        new SimulatedMachine(1, environment -> environment.backend(new ReferenceBackend()));
    WriteHistory history = new WriteHistory();
    history.put(open(machine), bytes("k"), bytes("v"));
    try (KvStore next = open(machine.afterKill())) {
      history.checkAfterKill(next);
    }

    SimulatedMachine forgetful =
        new SimulatedMachine(
            1, environment -> environment.backend(new ReferenceBackend(Flaw.RECORDS_IN_MEMORY)));
    WriteHistory lost = new WriteHistory();
    lost.put(open(forgetful), bytes("k"), bytes("v"));
    try (KvStore next = open(forgetful.afterKill())) {
      assertThatThrownBy(() -> lost.checkAfterKill(next))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("had to survive");
    }
  }
}
