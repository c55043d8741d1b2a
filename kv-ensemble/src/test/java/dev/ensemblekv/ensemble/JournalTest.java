// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal over each backend that has what it takes. */
class JournalTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"json", "extent", "leveldb", "lmdb"})
  void whatIsBesideTheKeysIsNotSeen(String inner) {
    Path directory = temp.resolve("store");
    try (KvStore store = KvStores.open("ensemble:" + inner, directory)) {
      assertThat(store.features()).contains(KvFeature.ATOMIC_BATCH);
      KvBatch batch = new KvBatch();
      for (int i = 0; i < 20; i++) {
        batch.put(bytes("k" + i), bytes("v" + i));
      }
      store.write(batch);
      assertHolds20(store);
    }
    try (KvStore store = KvStores.open(directory)) {
      assertHolds20(store);
      assertThat(store.verify().result().problemCount()).isZero();
    }
    KvOptions off = KvOptions.builder().set(EnsembleOptions.ATOMIC_BATCHES, false).build();
    try (KvStore store = KvStores.open("ensemble:" + inner, directory, off)) {
      assertThat(store.features()).doesNotContain(KvFeature.ATOMIC_BATCH);
      assertHolds20(store);
    }
  }

  @Test
  void aJournalThatIsNotNeededAnyMoreChangesNothing() throws IOException {
    Path directory = temp.resolve("store");
    Path journal = directory.resolve(JournalFile.name(1));
    byte[] bytes = closedWithJournal(directory, journal);
    Files.write(journal, bytes);
    try (KvStore store = KvStores.open(directory)) {
      assertThat(store.get(bytes("k1"))).isEqualTo(bytes("later"));
      assertThat(journal).doesNotExist();
    }
  }

  @Test
  void verifyReadsEveryEntryOfTheJournal() throws IOException {
    Path directory = temp.resolve("store");
    Path journal = directory.resolve(JournalFile.name(1));
    try (KvStore store = KvStores.open("ensemble:extent", directory)) {
      store.write(batch("first"));
      store.write(batch("second"));
      assertThat(store.verify().result().problems()).isEmpty();
      for (long at : List.of(3L, 70L, Files.size(journal) - 9)) {
        flip(journal, at);
        assertThat(store.verify().result().problems())
            .singleElement()
            .satisfies(
                problem -> {
                  assertThat(problem.path()).isEqualTo(journal);
                  assertThat(problem.message()).contains("the journal is damaged");
                });
        flip(journal, at);
      }
      assertThat(store.verify().result().problems()).isEmpty();
    }
  }

  /** Changes a bit in place, as somebody is writing to the file. */
  private static void flip(Path path, long at) throws IOException {
    byte[] one = new byte[1];
    try (DiskFile file = Disk.real().open(path)) {
      file.read(at, one, 0, 1);
      one[0] ^= 1;
      file.write(at, one, 0, 1);
    }
  }

  private static KvBatch batch(String value) {
    KvBatch batch = new KvBatch();
    for (int i = 0; i < 20; i++) {
      batch.put(bytes("k" + i), bytes(value));
    }
    return batch;
  }

  /** What a crash tore off was never written to a substore; what else is damaged was durable. */
  @Test
  void verifyOfAStoreThatIsNotWrittenToTellsATornEndFromDamage() throws IOException {
    Path directory = temp.resolve("store");
    Path journal = directory.resolve(JournalFile.name(1));
    byte[] bytes = closedWithJournal(directory, journal);
    KvOptions reading = KvOptions.builder().set(KvOptions.READ_ONLY, true).build();
    Files.write(journal, Arrays.copyOf(bytes, bytes.length + 100)); // of one that came later
    try (KvStore store = KvStores.open("ensemble:extent", directory, reading)) {
      assertThat(store.verify().result().problems()).isEmpty();
      flip(journal, JournalFile.HEADER_BYTES + 40);
      assertThat(store.verify().result().problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("which was durable"));
    }
  }

  @Test
  void aRepairSetsADamagedJournalAside() throws IOException {
    Path directory = temp.resolve("store");
    Path journal = directory.resolve(JournalFile.name(1));
    byte[] bytes = closedWithJournal(directory, journal);
    bytes[JournalFile.HEADER_BYTES + JournalEntry.HEADER_BYTES + 10] ^= 4;
    Files.write(journal, bytes);
    assertThatThrownBy(() -> KvStores.open(directory)).isInstanceOf(CorruptionException.class);
    KvTask.Result result = KvStores.repair(directory).result();
    assertThat(result.problems()).hasSize(1);
    assertThat(result.problems().get(0).message()).contains("entry 1");
    assertThat(directory.resolve("JOURNAL-1.damaged")).exists();
    try (KvStore store = KvStores.open(directory)) {
      assertThat(store.get(bytes("k1"))).isEqualTo(bytes("later"));
    }
  }

  /** Returns the bytes of the journal of a store that was closed since. */
  private static byte[] closedWithJournal(Path directory, Path journal) throws IOException {
    byte[] bytes;
    try (KvStore store = KvStores.open("ensemble:extent", directory)) {
      for (String value : List.of("first", "second")) {
        store.write(batch(value));
      }
      store.put(bytes("k1"), bytes("later"));
      bytes = Files.readAllBytes(journal);
    }
    assertThat(journal).doesNotExist();
    return bytes;
  }

  private static void assertHolds20(KvStore store) {
    int keys = 0;
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        assertThat(cursor.value()[0]).isEqualTo((byte) 'v');
        keys++;
      }
    }
    assertThat(keys).isEqualTo(20);
    assertThat(store.size()).isEqualTo(20);
  }
}
