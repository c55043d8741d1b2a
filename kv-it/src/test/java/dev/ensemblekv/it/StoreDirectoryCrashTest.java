// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.json.JsonOptions;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The life of a store's directory, from creation over a change of a recorded option to destruction,
 * with a crash before every change of the disk: no store is lost, none invented, nobody locked out.
 */
class StoreDirectoryCrashTest {
  private static final KvOption<Duration> STICKY = JsonOptions.PERSIST_INTERVAL;
  private static final Duration FIRST = Duration.ofMillis(10);
  private static final Duration SECOND = Duration.ofMillis(20);
  private static final byte[] KEY = {1};
  private static final byte[] VALUE = {2};

  /** How far the life has come: what has begun, and what is done. */
  private static final class Life {
    boolean created;
    boolean written;
    boolean optionChanging;
    boolean optionChanged;
    boolean destroying;
    boolean destroyed;
  }

  private static KvStore open(SimulatedMachine machine, KvOptions options) {
    return machine.environment().open("json", machine.directory(), options);
  }

  private static KvOptions with(Duration interval) {
    return KvOptions.builder().set(STICKY, interval).build();
  }

  private static void live(SimulatedMachine machine, Life life) {
    try (KvStore store = open(machine, with(FIRST))) {
      life.created = true;
      store.put(KEY, VALUE);
      store.flush();
      life.written = true;
    }
    life.optionChanging = true;
    try (KvStore store = open(machine, with(SECOND))) {
      life.optionChanged = true;
      assertThat(store.get(KEY)).isEqualTo(VALUE);
    }
    life.destroying = true;
    machine.environment().destroy(machine.directory());
    life.destroyed = true;
    open(machine, KvOptions.defaults()).close();
    life.created = true;
    life.written = false;
    life.destroying = false;
    life.destroyed = false;
  }

  private static void check(SimulatedMachine machine, Life life) {
    Optional<StoreDescriptor> found = machine.environment().describe(machine.directory());
    if (life.created && !life.destroying) {
      assertThat(found).as("the store that was created").isPresent();
    }
    if (life.destroyed) {
      return; // a new one may or may not be there
    }
    if (life.destroying) {
      found.ifPresent(store -> machine.environment().destroy(machine.directory()));
      assertThat(machine.environment().describe(machine.directory())).isEmpty();
      open(machine, KvOptions.defaults()).close();
      return;
    }
    if (life.written) {
      checkOption(found.orElseThrow(), life);
    }
    KvOptions options = life.created ? existing() : KvOptions.defaults();
    for (int round = 0; round < 2; round++) {
      try (KvStore store = open(machine, options)) {
        if (life.written) {
          assertThat(store.get(KEY)).isEqualTo(VALUE);
        }
      }
    }
  }

  private static KvOptions existing() {
    return KvOptions.builder().set(KvOptions.CREATE_IF_MISSING, false).build();
  }

  private static void checkOption(StoreDescriptor found, Life life) {
    String value = found.options().get(STICKY.name());
    String first = STICKY.format(FIRST);
    String second = STICKY.format(SECOND);
    if (life.optionChanged) {
      assertThat(value).isEqualTo(second);
    } else if (life.optionChanging) {
      assertThat(value).isIn(first, second);
    } else {
      assertThat(value).isEqualTo(first);
    }
  }

  /** Goes on with what was cut short: a destruction, or else whatever opening has to do. */
  private static void recover(SimulatedMachine machine) {
    boolean destroying =
        machine
            .environment()
            .describe(machine.directory())
            .filter(found -> found.state() == StoreDescriptor.State.DESTROYING)
            .isPresent();
    if (destroying) {
      machine.environment().destroy(machine.directory());
    } else {
      open(machine, KvOptions.defaults()).close();
    }
  }

  private static CrashExplorer<Life> explorer(Consumer<SimulatedDisk> prepare) {
    return CrashExplorer.of(
            Life::new, StoreDirectoryCrashTest::live, StoreDirectoryCrashTest::check)
        .setUp(environment -> environment.backend(new JsonBackend()))
        .recovery(StoreDirectoryCrashTest::recover)
        .outcomes(16)
        .prepare(prepare)
        .build();
  }

  @Test
  void noCrashLosesOrInventsAStore() {
    CrashExplorer.Result result = explorer(disk -> {}).explore();
    assertThat(result.crashStates()).isGreaterThan(result.changes() * 16);
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskOperation.class,
      names = {"FORCE", "SYNC_DIRECTORY"})
  void aDiskThatLeavesSomethingOutIsCaught(DiskOperation omitted) {
    assertThatThrownBy(() -> explorer(disk -> disk.faults().omit(omitted)).explore())
        .isInstanceOf(AssertionError.class);
  }
}
