// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.substores;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.ReadOnlyStoreException;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The limits of an open ensemble can be changed, and are recorded. */
class ChangedLimitsTest {
  private final SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
  private final Path directory = machine.directory();

  private KvStore open() {
    return open(KvOptions.defaults());
  }

  private KvStore open(KvOptions options) {
    return machine.environment().open("ensemble:json", directory, options);
  }

  private static double greatestLimit(KvStore store, String name) {
    return store.stats().substores().stream()
        .map(KvStats::metrics)
        .flatMap(metrics -> metrics.stream().filter(metric -> metric.name().equals(name)))
        .mapToDouble(KvMetric::value)
        .max()
        .orElseThrow();
  }

  private Map<String, String> recorded() {
    return machine.environment().describe(directory).map(StoreDescriptor::options).orElseThrow();
  }

  @Test
  void newLimitsHoldAtOnceAndAtTheNextOpening() {
    try (KvStore store = open()) {
      assertThat(control(store).maxKeys()).isZero();
      control(store).maxKeys(1000);
      control(store).maxBytes(1 << 20);

      assertThat(control(store).maxKeys()).isEqualTo(1000);
      assertThat(greatestLimit(store, "keysLimit")).isEqualTo(1000);
      assertThat(greatestLimit(store, "bytesLimit")).isEqualTo(1 << 20);
      assertThat(recorded())
          .containsEntry("ensemble.maxKeys", "1000")
          .containsEntry("ensemble.maxBytes", "1MiB");
    }
    try (KvStore store = open()) {
      assertThat(control(store).maxKeys()).isEqualTo(1000);
      assertThat(control(store).maxBytes()).isEqualTo(1 << 20);
      control(store).maxKeys(0);
      assertThat(greatestLimit(store, "keysLimit")).isGreaterThan(1000);
    }
  }

  @Test
  void whatIsOverItsNewLimitIsSplitWithoutAnotherWrite() {
    try (KvStore store = open()) {
      for (int i = 0; i < 100; i++) {
        store.put(bytes("key" + i), bytes("value" + i));
      }
      machine.executor().runAll();
      assertThat(substores(store)).isEqualTo(3);

      control(store).maxKeys(20);
      machine.executor().runAll();

      assertThat(substores(store)).isGreaterThan(5);
      assertThat(store.size()).isEqualTo(100);
    }
  }

  @Test
  void aLimitOutOfRangeChangesNothing() {
    try (KvStore store = open()) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> control(store).maxKeys(3))
          .withMessageContaining("ensemble.maxKeys is 3; it must be at least 16");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> control(store).maxBytes(-1));
      assertThat(control(store).maxKeys()).isZero();
      assertThat(recorded()).doesNotContainKeys("ensemble.maxKeys", "ensemble.maxBytes");
    }
  }

  @Test
  void aStoreThatIsReadOnlyKeepsItsLimits() {
    open().close();
    KvOptions readOnly = KvOptions.builder().set(KvOptions.READ_ONLY, true).build();
    try (KvStore store = open(readOnly)) {
      assertThatExceptionOfType(ReadOnlyStoreException.class)
          .isThrownBy(() -> control(store).maxKeys(1000));
    }
    assertThat(recorded()).doesNotContainKey("ensemble.maxKeys");
  }

  @Test
  void afterCloseNothingIsWritten() {
    KvStore store = open();
    EnsembleControl control = control(store);
    store.close();

    assertThatExceptionOfType(StoreClosedException.class).isThrownBy(() -> control.maxKeys(1000));

    assertThat(recorded()).doesNotContainKey("ensemble.maxKeys");
  }
}
