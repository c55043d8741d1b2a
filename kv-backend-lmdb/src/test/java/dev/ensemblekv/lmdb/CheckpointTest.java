// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.bytes;
import static dev.ensemblekv.lmdb.Fixture.key;
import static dev.ensemblekv.lmdb.Fixture.metric;
import static dev.ensemblekv.lmdb.Fixture.open;
import static dev.ensemblekv.lmdb.Fixture.start;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.lmdb.Fixture.Worker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is a store as it was at one moment, whatever is written meanwhile. */
class CheckpointTest {
  /** So many for each copy: none of the pages that they leave is used again before its end. */
  private static final int ROUNDS = 3000;

  @TempDir Path directory;

  @Test
  void aStoreIsCopiedWhileItIsWrittenTo() throws Exception {
    try (KvStore store = open(directory.resolve("store"), "lmdb.durability=nosync")) {
      for (int i = 0; i < 1000; i++) {
        store.put(key(i), value(i, 5000));
      }
      AtomicBoolean ended = new AtomicBoolean();
      AtomicInteger rounds = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      Worker<Void> writer =
          start(
              () -> {
                for (int i = 0; !ended.get(); i++) {
                  while (i > most.get() && !ended.get()) {
                    Thread.onSpinWait();
                  }
                  store.put(key(i % 1000), value(i, 5000));
                  store.put(bytes("count"), ByteBuffer.allocate(4).putInt(i).array());
                  rounds.set(i);
                }
              });
      for (int n = 0; n < 3; n++) {
        int least = rounds.get();
        most.set(least + ROUNDS);
        Path copy = directory.resolve("copy" + n);
        assertThat(store.checkpoint(copy).result().items()).isGreaterThan(5_000_000);
        check(copy, least, rounds.get() + 1);
      }
      ended.set(true);
      writer.result();
      assertThat(metric(store, "readers")).isZero();
    }
  }

  private static void check(Path copy, int least, int most) {
    try (KvStore store = KvStores.open(copy)) {
      assertThat(store.verify().result().problemCount()).isZero();
      byte[] count = store.get(bytes("count"));
      int last = count == null ? -1 : ByteBuffer.wrap(count).getInt();
      assertThat(last).isBetween(least == 0 ? -1 : least, most);
      // the write behind the count may be there, and nothing later
      int later = 0;
      for (int i = 0; i < 1000; i++) {
        byte[] found = store.get(key(i));
        int before = last - Math.floorMod(last - i, 1000);
        if (java.util.Arrays.equals(found, value(last + 1, 5000)) && i == (last + 1) % 1000) {
          later++;
        } else {
          assertThat(found).isEqualTo(value(before < 0 ? i : before, 5000));
        }
      }
      assertThat(later).isLessThanOrEqualTo(1);
      store.put(bytes("count"), bytes("x"));
    }
  }

  @Test
  void whatIsThereAlreadyIsLeftAlone() throws Exception {
    Path taken = Files.createDirectory(directory.resolve("taken"));
    Files.writeString(taken.resolve("file"), "mine");
    try (KvStore store = open(directory.resolve("store"))) {
      assertThatThrownBy(() -> store.checkpoint(taken).result())
          .isInstanceOf(ForeignDirectoryException.class);
    }
    assertThat(taken).isDirectoryContaining("glob:**/file");
  }
}
