// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.faults.MountedFileSystem;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A file system that is really full: writing through a mapping, where there is no block, would kill
 * the process.
 */
class FullDiskTest {
  private static final int MEGABYTES = 16;
  private static final int BALLAST_MEGABYTES = 6;
  private static final int MOST_VALUES = 500_000;

  @TempDir Path temp;

  private static byte[] key(int number) {
    return ByteBuffer.allocate(8).putInt(number).putInt(~number).array();
  }

  private static byte[] value(int number, int length) {
    byte[] value = new byte[length];
    new SplittableRandom(number).nextBytes(value);
    return value;
  }

  @ParameterizedTest
  @CsvSource({"TMPFS,40", "TMPFS,1000", "TMPFS,300000", "EXT4,40", "EXT4,1000", "EXT4,300000"})
  void aFullDiskIsToldAndTheStoreWorksOnWhenThereIsSpace(MountedFileSystem.Kind kind, int length)
      throws Exception {
    try (MountedFileSystem mounted = MountedFileSystem.mount(kind, (long) MEGABYTES << 20, temp)) {
      Path ballast =
          Files.write(mounted.directory().resolve("ballast"), new byte[BALLAST_MEGABYTES << 20]);
      Path directory = mounted.directory().resolve("store");
      int stored;
      try (KvStore store = KvStores.open("extent", directory)) {
        stored = fill(store, length);
        assertThat(stored).isBetween(1, MOST_VALUES - 1);
        assertThatThrownBy(() -> fill(store, length, stored, stored + 1000))
            .as("again")
            .isInstanceOf(StoreFullException.class);
        assertThat(store.stats().state()).isNotEqualTo(KvState.FAILED);
        checkAll(store, stored, length);
      }
      try (KvStore store = KvStores.open("extent", directory)) {
        checkAll(store, stored, length);
        Files.delete(ballast);
        store.put(key(stored + 2000), value(stored, length));
        store.flush();
        assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
        checkAll(store, stored, length);
        assertThat(store.get(key(stored + 2000))).isEqualTo(value(stored, length));
        assertThat(store.verify().result().problems()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"TMPFS,1000", "TMPFS,100000", "EXT4,100", "EXT4,1000"})
  void whatIsDeletedOnADiskThatTheStoreFilledGivesSpace(MountedFileSystem.Kind kind, int length)
      throws Exception {
    try (MountedFileSystem mounted = MountedFileSystem.mount(kind, (long) MEGABYTES << 20, temp);
        KvStore store = KvStores.open("extent", mounted.directory().resolve("store"))) {
      int stored = fill(store, length);
      for (int i = 0; i < stored; i += 2) {
        store.delete(key(i));
      }
      store.compact().result();
      int more = stored + stored / 4;
      fill(store, length, stored, more);

      for (int i = 0; i < more; i++) {
        boolean deleted = i < stored && i % 2 == 0;
        assertThat(store.get(key(i))).isEqualTo(deleted ? null : value(i, length));
      }
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
      assertThat(store.verify().result().problems()).isEmpty();
    }
  }

  private static void checkAll(KvStore store, int stored, int length) {
    for (int i = 0; i < stored; i++) {
      assertThat(store.get(key(i))).isEqualTo(value(i, length));
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

  private static void fill(KvStore store, int length, int from, int to) {
    for (int i = from; i < to; i++) {
      store.put(key(i), value(i, length));
    }
  }
}
