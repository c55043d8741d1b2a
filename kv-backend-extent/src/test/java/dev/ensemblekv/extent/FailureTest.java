// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not happen any more after something failed, and what must. */
class FailureTest {
  private final SimulatedMachine machine = new SimulatedMachine(1, builder -> builder);

  private static KvStore open(SimulatedMachine machine) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "16")
            .set("extent.segmentSize", "64KiB")
            .build();
    return machine.environment().open("extent", machine.directory(), options);
  }

  private static byte[] key(int number) {
    return ("key " + number).getBytes(UTF_8);
  }

  private static void fill(KvStore store, int from, int to, int length) {
    for (int i = from; i < to; i++) {
      store.put(key(i), new byte[length]);
    }
  }

  private static ExtentStore inner(KvStore store) {
    return store.unwrap(ExtentStore.class).orElseThrow();
  }

  /** A put makes files where nobody did so before it. */
  @Test
  void aStoreWhosePutFailsToMakeAFileHasFailed() {
    try (KvStore store = open(machine)) {
      machine
          .disk()
          .faults()
          .fail(DiskOperation.WRITE, path -> path.toString().contains(Manifest.NAME), 0, 1);
      assertThatThrownBy(() -> store.put(key(1), new byte[10])).isInstanceOf(KvException.class);
      assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
      assertThatThrownBy(() -> store.put(key(1), new byte[10]))
          .isInstanceOf(StoreFailedException.class);
      assertThatThrownBy(store::close).isInstanceOf(KvException.class);
    }
    try (KvStore again = open(machine)) {
      again.put(key(1), new byte[10]);
      assertThat(again.size()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskOperation.class,
      names = {"FORCE", "WRITE"})
  void nothingIsWrittenOrForcedAfterAFailure(DiskOperation operation) {
    KvStore store = open(machine);
    fill(store, 0, 16, 10); // a memtable waits to be written
    if (operation == DiskOperation.WRITE) {
      store.flush(); // something is to be marked
    }
    KvBatch batch = new KvBatch().put(key(20), new byte[10]).put(key(21), new byte[10]);
    long skips = operation == DiskOperation.WRITE ? 1 : 0; // in the middle of the batch
    machine.disk().faults().fail(operation, path -> path.toString().endsWith(".kv"), skips, 1);
    if (operation == DiskOperation.FORCE) {
      assertThatThrownBy(store::flush).isInstanceOf(KvException.class);
    } else {
      assertThatThrownBy(() -> store.write(batch)).isInstanceOf(KvException.class);
    }
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    long changes = machine.disk().changes();

    machine.executor().runAll();
    machine.executor().advance(Duration.ofSeconds(5));
    // Those who had passed the first check when it failed.
    assertThatThrownBy(() -> inner(store).apply(key(22), new byte[10], false))
        .isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(() -> inner(store).apply(key(22), null, true))
        .isInstanceOf(StoreFailedException.class);

    assertThat(machine.disk().changes()).isEqualTo(changes);
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertThat(store.get(key(3))).isEqualTo(new byte[10]);
    assertThatThrownBy(store::close).isInstanceOf(KvException.class);
  }

  @Test
  void aWriteThatEndsMidwayIsFollowedByNothing() {
    KvStore store = open(machine);
    store.put(key(1), new byte[10]);
    Log log = inner(store).parts().log;
    assertThatThrownBy(
            () ->
                log.write(
                    100,
                    Reserve.Use.PUT,
                    end -> {
                      end.put(new Mutation(new KeyHash(1, 1), key(2), new byte[10], 0));
                      throw new OutOfMemoryError("in the middle of a batch");
                    }))
        .isInstanceOf(OutOfMemoryError.class);

    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertThatThrownBy(() -> store.put(key(3), new byte[10]))
        .isInstanceOf(StoreFailedException.class);
  }

  @Test
  void aRunThatCannotBePublishedLeavesNoFile() throws IOException {
    KvStore store = open(machine);
    fill(store, 0, 16, 10);
    machine
        .disk()
        .faults()
        .fail(DiskOperation.OPEN, path -> path.toString().endsWith(".idx"), 0, 3);
    machine.executor().runAll();
    machine.executor().advance(Duration.ofSeconds(10)); // it is tried again
    assertThat(inner(store).stats().state()).isEqualTo(KvState.OPEN);

    assertThat(machine.disk().list(machine.directory()))
        .filteredOn(name -> name.startsWith("run-"))
        .hasSize(1);
    store.close();
  }

  /** The spare segment, which is too small for a batch, is to be replaced. */
  @Test
  void aSpareThatCannotBeReplacedDoesNotEndTheLog() {
    KvStore store = open(machine);
    fill(store, 0, 10, 4000);
    machine.executor().runAll(); // prepares the spare
    machine.disk().faults().fullAfter(10);
    KvBatch great = new KvBatch().put(key(100), new byte[100_000]);
    assertThatThrownBy(() -> store.write(great)).isInstanceOf(StoreFullException.class);
    machine.disk().faults().clear();
    fill(store, 10, 15, 15_000);

    machine.disk().crash();
    SimulatedMachine next = machine.afterKill();
    try (KvStore again = open(next)) {
      assertThat(again.get(key(14))).isEqualTo(new byte[15_000]);
    }
  }

  /** The first write after a crash jumps over numbers that may have been given. */
  @Test
  void aFullDiskAfterACrashLeavesFlushAndCloseToWork() {
    KvStore store = open(machine);
    fill(store, 0, 10, 100);
    machine.disk().crash();
    SimulatedMachine next = machine.afterKill();
    KvStore again = open(next);
    next.disk().faults().fullAfter(10_000); // enough for the segment and the manifest
    assertThatThrownBy(() -> again.put(key(1), new byte[300_000]))
        .isInstanceOf(StoreFullException.class);

    again.flush();
    again.close();
    try (KvStore third = open(next)) {
      assertThat(third.get(key(9))).isEqualTo(new byte[100]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mapped", "positioned"})
  void aLogGoesOnThoughSegmentsAreSmallerNow(String access, @TempDir Path directory) {
    KvOptions.Builder options = KvOptions.builder().set("extent.access", access);
    try (KvStore store = KvStores.open("extent", directory.resolve("store"), options.build())) {
      fill(store, 0, 10, 100_000);
    }
    options.set("extent.segmentSize", "64KiB");
    try (KvStore store = KvStores.open("extent", directory.resolve("store"), options.build())) {
      fill(store, 10, 20, 1000);
    }
    try (KvStore store = KvStores.open("extent", directory.resolve("store"), options.build())) {
      assertThat(store.get(key(9))).isEqualTo(new byte[100_000]);
      assertThat(store.get(key(19))).isEqualTo(new byte[1000]);
    }
  }
}
