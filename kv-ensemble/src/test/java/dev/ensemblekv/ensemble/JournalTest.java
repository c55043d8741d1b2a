// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import java.nio.file.Path;
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

  private static void assertHolds20(KvStore store) {
    int keys = 0;
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        assertThat(new String(cursor.value())).isEqualTo("v" + new String(cursor.key()).substring(1));
        keys++;
      }
    }
    assertThat(keys).isEqualTo(20);
    assertThat(store.size()).isEqualTo(20);
  }
}
