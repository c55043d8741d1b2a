// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.assertTidy;
import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static dev.ensemblekv.ensemble.EnsembleTesting.substores;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.ensemble.EnsembleControl.Phase;
import dev.ensemblekv.ensemble.Manifest.Role;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that are killed in each state of a split that the manifest knows. */
class SplitKillTest {
  private static final int KEYS = 40;

  private final SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
  private final Map<String, String> model = new TreeMap<>();

  /** The roles of the substores in the manifests at the kills. */
  private final Set<List<Role>> killed = new HashSet<>();

  /** The ways in which what moves comes to the target. */
  private enum Way {
    COPYING("ensemble:json", Role.CLEANING),
    DIVIDING("ensemble:extent", Role.DIVIDED);

    private final String spec;
    private final Role donor;

    Way(String spec, Role donor) {
      this.spec = spec;
      this.donor = donor;
    }

    KvStore open(SimulatedMachine machine, KvOptions options) {
      return machine.environment().open(spec, machine.directory(), options);
    }
  }

  private void put(KvStore store, int number) {
    String key = "key" + number % (2 * KEYS);
    store.put(bytes(key), bytes("value" + number));
    model.put(key, "value" + number);
    store.flush(); // as not each engine keeps more when it is killed
  }

  private static Map<String, String> contents(KvStore store) {
    Map<String, String> found = new TreeMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        String key = new String(cursor.key(), StandardCharsets.UTF_8);
        assertThat(found.put(key, new String(cursor.value(), StandardCharsets.UTF_8))).isNull();
      }
    }
    return found;
  }

  /** Kills the process, and does in the next one what is left to do. */
  private void kill(Way way) throws Exception {
    SimulatedMachine next = machine.afterKill();
    killed.add(
        manifest(next.disk(), next.directory()).entries().values().stream()
            .map(Manifest.Entry::role)
            .toList());
    try (KvStore store = way.open(next, KvOptions.defaults())) {
      assertThat(contents(store)).isEqualTo(model);
      next.executor().runAll();
      assertThat(contents(store)).isEqualTo(model);
      assertTidy(next.disk(), next.directory());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostWhateverTheManifestSaysWhenTheProcessIsKilled(Way way) throws Exception {
    try (KvStore store = way.open(machine, options(1, 1000))) {
      int puts = 0;
      while (puts < KEYS) {
        put(store, puts++);
      }
      kill(way);

      control(store).splitNow();
      while (control(store).status().phase() != Phase.CUTTING_OVER) {
        assertThat(machine.executor().runNext()).isTrue();
      }
      assertThat(control(store).abort()).isTrue();
      machine.executor().runNext(); // what is left of the target is to be deleted
      assertThat(control(store).status().phase()).isEqualTo(Phase.IDLE);
      kill(way);
      machine.executor().runAll();
      assertThat(substores(store)).isEqualTo(1);

      control(store).splitNow();
      while (!killed.contains(List.of(Role.OWNER, Role.OWNER))) {
        assertThat(machine.executor().runNext()).as("something to run").isTrue();
        put(store, puts++);
        kill(way);
      }
      assertThat(substores(store)).isEqualTo(2);
    }
    assertThat(killed)
        .containsExactlyInAnyOrder(
            List.of(Role.OWNER),
            List.of(Role.OWNER, Role.COPYING),
            List.of(way.donor, Role.OWNER),
            List.of(Role.OWNER, Role.OWNER));
  }
}
