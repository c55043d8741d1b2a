// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opening, flushing and closing an ensemble do with its substores. */
class EnsembleLifecycleTest {
  private static final String SPEC = "ensemble:hooked:json";
  private static final int SUBSTORES = 5;

  private final HookedBackend hooked = new HookedBackend();

  @Test
  void substoresAreOpenedFlushedAndClosedAtOnce(@TempDir Path directory) {
    KvEnvironment environment = KvEnvironment.builder().backend(hooked).build();
    CyclicBarrier all = new CyclicBarrier(SUBSTORES);
    List<String> met = new ArrayList<>();
    hooked.hook(
        (operation, substore, key) -> {
          if (List.of("open", "flush", "closed").contains(operation) && await(all) == 0) {
            met.add(operation); // by the last one to come
          }
        });
    Path at = directory.resolve("store");
    environment.open(SPEC, at, options(SUBSTORES, 1000)).close();
    KvStore store = environment.open(SPEC, at, KvOptions.defaults());
    store.flush();
    store.close();
    assertThat(met).containsExactly("open", "closed", "open", "flush", "closed");
    assertThat(hooked.openStores()).isZero();
  }

  private static int await(CyclicBarrier barrier) {
    try {
      return barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  private final SimulatedMachine machine =
      new SimulatedMachine(1, environment -> environment.backend(hooked));

  private KvStore open() {
    return machine.environment().open(SPEC, machine.directory(), options(SUBSTORES, 1000));
  }

  private void failIn(String operation, String... substores) {
    hooked.hook(
        (called, substore, key) -> {
          if (called.equals(operation) && Arrays.asList(substores).contains(substore)) {
            throw new KvException("sick", null);
          }
        });
  }

  private static void assertNamed(Throwable thrown, String... substores) {
    List<String> messages = new ArrayList<>(List.of(thrown.getMessage()));
    Arrays.stream(thrown.getSuppressed()).map(Throwable::getMessage).forEach(messages::add);
    assertThat(messages).hasSameSizeAs(substores);
    for (int i = 0; i < substores.length; i++) {
      assertThat(messages.get(i)).contains("/" + substores[i] + "'");
    }
  }

  @Test
  void aSickSubstoreIsNamedAndWhatWasOpenedIsClosed() throws Exception {
    open().close();
    failIn("open", "0001", "0004");
    assertThatThrownBy(this::open).satisfies(thrown -> assertNamed(thrown, "0001", "0004"));
    assertThat(hooked.openStores()).isZero();

    hooked.unhook();
    open().close();
    machine.disk().delete(machine.directory().resolve("substores/0003/STORE"));
    assertThatThrownBy(this::open)
        .isInstanceOf(KvException.class)
        .satisfies(thrown -> assertNamed(thrown, "0003"));
    assertThat(hooked.openStores()).isZero();
  }

  @Test
  void aMissingSubstoreIsCorruption() throws Exception {
    open().close();
    Path missing = machine.directory().resolve("substores/0002");
    for (String name : machine.disk().list(missing)) {
      machine.disk().delete(missing.resolve(name));
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("substore 0002 is missing");
    assertThat(hooked.openStores()).isZero();
  }

  @Test
  void aStoreThatCouldNotBeCreatedLeavesNothingOpenAndCanBeCreatedAgain() {
    failIn("open", "0002");
    assertThatThrownBy(this::open).satisfies(thrown -> assertNamed(thrown, "0002"));
    assertThat(hooked.openStores()).isZero();
    hooked.unhook();
    try (KvStore store = open()) {
      store.put(bytes("key"), bytes("value"));
    }
  }

  @Test
  void aSubstoreThatDoesNotFlushKeepsNoOtherFromIt() {
    try (KvStore store = open()) {
      List<String> flushed = new ArrayList<>();
      hooked.hook(
          (operation, substore, key) -> {
            if (operation.equals("flush") && List.of("0000", "0003").contains(substore)) {
              throw new KvException("sick", null);
            }
            if (operation.equals("flushed")) {
              flushed.add(substore);
            }
          });
      assertThatThrownBy(store::flush).satisfies(thrown -> assertNamed(thrown, "0000", "0003"));
      assertThat(flushed).containsExactly("0001", "0002", "0004");
      hooked.unhook();
    }
  }

  @Test
  void everySubstoreThatDoesNotCloseIsNamed() {
    KvStore store = open();
    failIn("closed", "0002", "0003");
    assertThatThrownBy(store::close).satisfies(thrown -> assertNamed(thrown, "0002", "0003"));
    assertThat(hooked.openStores()).isZero();
  }
}
