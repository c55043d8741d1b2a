// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.key;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.faults.MountedFileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file system that is really full, where LMDB's writes are cut short rather than refused. */
class FullDiskTest {
  private static final int MEGABYTES = 8;
  private static final int MOST_VALUES = 10_000;

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(ints = {1000, 200_000})
  void aFullDiskIsToldAndTheStoreWorksOnWhenThereIsSpace(int length) throws Exception {
    try (MountedFileSystem mounted =
        MountedFileSystem.mount(MountedFileSystem.Kind.TMPFS, MEGABYTES << 20, temp)) {
      Path ballast = Files.write(mounted.directory().resolve("ballast"), new byte[2 << 20]);
      try (KvStore store = Fixture.open(mounted.directory().resolve("store"))) {
        int stored = fill(store, length);
        assertThat(stored).isBetween(1, MOST_VALUES - 1);
        assertThatThrownBy(() -> store.put(key(stored), value(stored, length)))
            .as("again")
            .isInstanceOf(StoreFullException.class);
        assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
        assertThat(store.size()).isEqualTo(stored);
        Files.delete(ballast);
        store.put(key(stored), value(stored, length));
        assertThat(store.verify().result().problemCount()).isZero();
        for (int i = 0; i <= stored; i++) {
          assertThat(store.get(key(i))).isEqualTo(value(i, length));
        }
      }
    }
  }

  /** Puts until there is no space; returns how many values are there. */
  private static int fill(KvStore store, int length) {
    for (int i = 0; i < MOST_VALUES; i++) {
      try {
        store.put(key(i), value(i, length));
      } catch (StoreFullException e) {
        return i;
      }
    }
    return MOST_VALUES;
  }
}
