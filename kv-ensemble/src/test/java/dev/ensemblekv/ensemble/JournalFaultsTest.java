// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.ensemble.WrongJournalBackend.Wrong;
import dev.ensemblekv.extent.ExtentBackend;
import dev.ensemblekv.json.JsonBackend;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedCrash;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of batches over several substores when something fails. */
class JournalFaultsTest {
  private static final KvOptions OPTIONS = options(3, 1000);
  private static final KvOptions READ_ONLY =
      OPTIONS.toBuilder().set(KvOptions.READ_ONLY, true).build();
  private static final int KEYS = 24;

  private final WrongJournalBackend layer = new WrongJournalBackend(Wrong.NOTHING);
  private SimulatedMachine machine = machine();

  private SimulatedMachine machine() {
    return new SimulatedMachine(
        1,
        environment ->
            environment
                .backend(new EnsembleBackend())
                .backend(layer)
                .backend(new JsonBackend())
                .backend(new ExtentBackend()));
  }

  private static KvStore open(SimulatedMachine machine, String inner, KvOptions options) {
    return machine.environment().open("ensemble:wrong:" + inner, machine.directory(), options);
  }

  private KvStore open() {
    return open(machine, "json", OPTIONS);
  }

  /** A batch over all substores. */
  private static KvBatch batch(String value) {
    return batch("", value);
  }

  private static KvBatch batch(String prefix, String value) {
    KvBatch batch = new KvBatch();
    for (int i = 0; i < KEYS; i++) {
      batch.put(bytes(prefix + "k" + i), bytes(value));
    }
    return batch;
  }

  private static Map<String, Integer> values(KvStore store) {
    Map<String, Integer> values = new HashMap<>();
    for (int i = 0; i < KEYS; i++) {
      byte[] value = store.get(bytes("k" + i));
      values.merge(
          value == null ? "absent" : new String(value, StandardCharsets.UTF_8), 1, Integer::sum);
    }
    return values;
  }

  private static void assertAll(KvStore store, String value) {
    assertThat(values(store)).containsExactly(Map.entry(value, KEYS));
  }

  private static boolean isJournal(Path path) {
    return JournalFile.first(String.valueOf(path.getFileName())).isPresent();
  }

  @Test
  void aForceThatFailsLeavesNothingOfTheBatchAndTheStoreFailed() {
    KvStore store = open();
    store.write(batch("old"));
    machine.disk().faults().fail(DiskOperation.FORCE, JournalFaultsTest::isJournal, 0, 1);
    assertThatThrownBy(() -> store.write(batch("new")))
        .isInstanceOf(KvException.class)
        .hasMessageContaining("cannot be made durable");
    assertAll(store, "old");
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertThatThrownBy(() -> store.put(bytes("k1"), bytes("single")))
        .isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(() -> store.write(batch("later"))).isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(store::close).isInstanceOf(KvException.class);
    try (KvStore again = open()) {
      assertAll(again, "old");
      again.write(batch("again"));
      assertAll(again, "again");
    }
  }

  @Test
  void aFullDiskRefusesTheBatchAndChangesNothing() {
    try (KvStore store = open()) {
      store.write(batch("old"));
      machine.disk().faults().fullAfter(50);
      assertThatThrownBy(() -> store.write(batch("new"))).isInstanceOf(StoreFullException.class);
      assertAll(store, "old");
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
      machine.disk().faults().clear();
      store.write(batch("new"));
      assertAll(store, "new");
    }
    try (KvStore again = open()) {
      assertAll(again, "new");
    }
  }

  /** The batch is durable by the journal, so it is there, whatever its substore can take. */
  @Test
  void aPartThatCannotBeWrittenIsReadAllTheSameAndWrittenLater() {
    try (KvStore store = open()) {
      store.write(batch("old"));
      layer.failing("0001");
      assertThatThrownBy(() -> store.write(batch("new")))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("0001");
      assertAll(store, "new");
      Integer length = store.read(bytes("k3"), ByteBuffer::remaining);
      assertThat(length).isEqualTo(3);
      assertThat(store.exists(bytes("k4"))).isTrue();
      assertThat(store.stats().state()).isEqualTo(KvState.DEGRADED);
      assertThat(store.stats().problem().orElseThrow()).contains("0001");
      assertThatThrownBy(() -> iterate(store)).isInstanceOf(StoreFullException.class);
      assertThatThrownBy(store::flush).isInstanceOf(StoreFullException.class);
      assertThatThrownBy(() -> store.write(batch("later"))).isInstanceOf(StoreFullException.class);
      assertAll(store, "new");

      layer.failing(null);
      assertThat(iterate(store)).isEqualTo(KEYS);
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
      store.put(bytes("k1"), bytes("one"));
      store.delete(bytes("k2"));
      assertThat(values(store)).isEqualTo(Map.of("new", KEYS - 2, "one", 1, "absent", 1));
    }
    try (KvStore again = open()) {
      assertThat(values(again)).isEqualTo(Map.of("new", KEYS - 2, "one", 1, "absent", 1));
    }
  }

  @Test
  void aPartThatIsMissingAtTheEndIsWrittenByTheNextOpening() {
    try (KvStore store = open()) {
      store.write(batch("old"));
      layer.failing("0002");
      assertThatThrownBy(() -> store.write(batch("new"))).isInstanceOf(StoreFullException.class);
    }
    layer.failing(null);
    try (KvStore again = open()) {
      assertAll(again, "new");
    }
  }

  /** Each thread has keys of its own, in all substores: only the journal makes them wait. */
  @Test
  void manyThreadsShareTheJournal() throws Exception {
    int threads = 4;
    int batches = 50;
    try (KvStore store = open(machine, "extent", OPTIONS)) {
      ExecutorService executor = Executors.newFixedThreadPool(threads);
      try {
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          String prefix = "t" + i + "-";
          writers.add(
              executor.submit(
                  () -> {
                    for (int j = 0; j < batches; j++) {
                      store.write(batch(prefix, "v" + j));
                    }
                  }));
        }
        for (Future<?> writer : writers) {
          writer.get(60, TimeUnit.SECONDS);
        }
      } finally {
        executor.shutdownNow();
      }
      for (int i = 0; i < threads; i++) {
        for (int j = 0; j < KEYS; j++) {
          assertThat(store.get(bytes("t" + i + "-k" + j))).isEqualTo(bytes("v" + (batches - 1)));
        }
      }
    }
  }

  private static int iterate(KvStore store) {
    int keys = 0;
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        keys++;
      }
    }
    return keys;
  }

  /** Leaves batches in the journal of which the substores lack their parts: json writes later. */
  private void crash(String... values) {
    open().close();
    KvStore store = open();
    for (String value : values) {
      store.write(batch(value));
    }
    machine = machine.afterCrash(1);
  }

  @Test
  void aStoreThatIsOpenedForReadingSaysThatItMustBeOpenedForWritingFirst() {
    crash("first", "second");
    assertThatThrownBy(() -> open(machine, "json", READ_ONLY))
        .isInstanceOf(KvException.class)
        .hasMessageContaining("open the store once for writing");
    open().close();
    try (KvStore store = open(machine, "json", READ_ONLY)) {
      assertAll(store, "second");
    }
  }

  /** Only the last entry can be what was being written. */
  @Test
  void aFlippedBitIsNeverAWrongValueAndBeforeTheEndItIsCorruption() throws IOException {
    crash("one", "two", "six");
    Path journal = machine.directory().resolve(JournalFile.name(1));
    byte[] intact = machine.disk().contents(journal);
    int entry = (intact.length - JournalFile.HEADER_BYTES) / 3;
    for (int at = 0; at < intact.length; at += at % 16 == 0 ? 3 : 13) {
      SimulatedMachine damaged = machine.afterCrash(1);
      try (DiskFile file = damaged.disk().open(journal)) {
        file.write(at, new byte[] {(byte) (intact[at] ^ 4)}, 0, 1);
        file.force();
      }
      boolean isPadding = isPadding(intact, at, entry);
      if (at < intact.length - entry && !isPadding) {
        assertThatThrownBy(() -> open(damaged, "json", OPTIONS).close())
            .as("byte %d", at)
            .isInstanceOf(CorruptionException.class);
      } else {
        try (KvStore store = open(damaged, "json", OPTIONS)) {
          assertAll(store, isPadding ? "six" : "two");
        }
      }
    }
  }

  private static boolean isPadding(byte[] bytes, int at, int entryBytes) {
    int inEntry = at - JournalFile.HEADER_BYTES;
    if (inEntry < 0) {
      return false;
    }
    int begin = JournalFile.HEADER_BYTES + inEntry / entryBytes * entryBytes;
    int bodyBytes = (bytes[begin + 16] & 0xFF) | ((bytes[begin + 17] & 0xFF) << 8);
    return at - begin >= JournalEntry.HEADER_BYTES + bodyBytes;
  }

  /** The files are only in the memory of the machine when the process is killed. */
  @ParameterizedTest
  @ValueSource(strings = {"json", "extent"})
  void noKillAndLossOfPowerAfterItLeavePartOfABatch(String inner) {
    long changes = Long.MAX_VALUE;
    for (long kill = 0; kill < changes; kill++) {
      SimulatedMachine killed = machine();
      WriteHistory history = new WriteHistory();
      changes = runUntil(kill, killed, inner, history);
      SimulatedMachine found = killed.afterKill();
      open(found, inner, OPTIONS);
      SimulatedMachine again = found.afterCrash(kill);
      try (KvStore store = open(again, inner, OPTIONS)) {
        history.check(store);
      } catch (AssertionError e) {
        throw new AssertionError("killed before change " + kill + ": " + e.getMessage(), e);
      }
    }
    assertThat(changes).isGreaterThan(30);
  }

  private static long runUntil(
      long kill, SimulatedMachine machine, String inner, WriteHistory history) {
    machine.disk().crashAt(kill);
    try {
      KvStore store = open(machine, inner, OPTIONS);
      for (int i = 0; i < 4; i++) {
        history.write(store, batch("v" + i), Durability.DEFAULT);
        history.put(store, bytes("k" + i), bytes("single" + i));
        machine.executor().runNext();
      }
      history.close(store);
      return machine.disk().changes();
    } catch (SimulatedCrash e) {
      return Long.MAX_VALUE;
    }
  }
}
