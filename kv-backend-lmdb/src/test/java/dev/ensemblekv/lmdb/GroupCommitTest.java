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

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.lmdb.Fixture.Worker;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers that come while another one is at work share the next transaction, and each learns what
 * came of its own write. The one at work is held up by a scan that its write has to wait for.
 */
class GroupCommitTest {
  private static final int WRITERS = 20;

  @TempDir Path directory;

  private static KvStore openSmall(Path directory, String... settings) {
    List<String> all = new ArrayList<>(List.of("lmdb.reserve=1MiB", "lmdb.growthWait=30m"));
    all.addAll(List.of(settings));
    return open(directory, all.toArray(String[]::new));
  }

  @Test
  void writersThatWaitShareOneCommit() throws Exception {
    try (KvStore store = openSmall(directory)) {
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Void> first = start(() -> store.put(key(0), value(0, 2 << 20))).awaitBlocked();
      List<Worker<Void>> others = new ArrayList<>();
      for (int i = 1; i <= WRITERS; i++) {
        int number = i;
        others.add(start(() -> store.put(key(number), value(number, 100))).awaitBlocked());
      }
      assertThat(metric(store, "commits")).isZero();
      scan.close();
      first.result();
      for (Worker<Void> other : others) {
        other.result();
      }

      assertThat(metric(store, "commits")).isEqualTo(2);
      assertThat(metric(store, "writes")).isEqualTo(WRITERS + 1);
      for (int i = 1; i <= WRITERS; i++) {
        assertThat(store.get(key(i))).isEqualTo(value(i, 100));
      }
    }
  }

  @Test
  void eachOfAGroupLearnsItsOwnOutcome() throws Exception {
    try (KvStore store = openSmall(directory)) {
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Void> first = start(() -> store.put(key(0), value(0, 2 << 20))).awaitBlocked();
      Worker<Boolean> creates =
          start(() -> store.compareAndSet(bytes("k"), null, bytes("1"))).awaitBlocked();
      Worker<Boolean> createsAgain =
          start(() -> store.compareAndSet(bytes("k"), null, bytes("2"))).awaitBlocked();
      Worker<Boolean> replaces =
          start(() -> store.compareAndSet(bytes("k"), bytes("1"), bytes("3"))).awaitBlocked();
      Worker<Void> batch =
          start(() -> store.write(new KvBatch().delete(bytes("k")).put(bytes("m"), bytes("4"))))
              .awaitBlocked();
      Worker<Boolean> removesNothing =
          start(() -> store.compareAndSet(bytes("k"), null, null)).awaitBlocked();
      scan.close();
      first.result();
      batch.result();

      assertThat(creates.result()).isTrue();
      assertThat(createsAgain.result()).isFalse();
      assertThat(replaces.result()).isTrue();
      assertThat(removesNothing.result()).isTrue();
      assertThat(metric(store, "commits")).isEqualTo(2);
      assertThat(store.get(bytes("k"))).isNull();
      assertThat(store.get(bytes("m"))).isEqualTo(bytes("4"));
    }
  }

  @Test
  void oneOfAGroupThatFailsTakesNobodyWithIt() throws Exception {
    try (KvStore store = openSmall(directory, "lmdb.checksum=true")) {
      store.put(bytes("bad"), bytes("needle"));
    }
    damage("needle");
    try (KvStore store = openSmall(directory)) {
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Void> first = start(() -> store.put(key(0), value(0, 2 << 20))).awaitBlocked();
      Worker<Void> before = start(() -> store.put(key(1), value(1, 100))).awaitBlocked();
      Worker<Boolean> fails =
          start(() -> store.compareAndSet(bytes("bad"), bytes("needle"), bytes("x")))
              .awaitBlocked();
      Worker<Void> after = start(() -> store.put(key(2), value(2, 100))).awaitBlocked();
      scan.close();
      first.result();
      before.result();
      after.result();

      assertThatThrownBy(fails::result).hasCauseInstanceOf(CorruptionException.class);
      assertThat(store.get(key(1))).isEqualTo(value(1, 100));
      assertThat(store.get(key(2))).isEqualTo(value(2, 100));
    }
  }

  @Test
  void anInterruptedWriterInLineIsWrittenAndStaysInterrupted() throws Exception {
    try (KvStore store = openSmall(directory)) {
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Boolean> first =
          start(
              () -> {
                store.put(key(0), value(0, 2 << 20));
                return Thread.currentThread().isInterrupted();
              });
      first.awaitBlocked();
      Worker<Boolean> second =
          start(
              () -> {
                store.put(key(1), value(1, 100));
                return Thread.currentThread().isInterrupted();
              });
      second.awaitBlocked();
      first.interrupt();
      second.interrupt();
      scan.close();

      assertThat(first.result()).isTrue();
      assertThat(second.result()).isTrue();
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void oneThatWritesAloneCommitsEachWrite() {
    try (KvStore store = open(directory)) {
      for (int i = 0; i < 10; i++) {
        store.put(key(i), value(i, 10));
      }
      store.delete(bytes("absent"));
      assertThat(store.compareAndSet(key(0), bytes("other"), null)).isFalse();

      assertThat(metric(store, "commits")).isEqualTo(10);
      assertThat(metric(store, "writes")).isEqualTo(12);
    }
  }

  private void damage(String text) throws Exception {
    Path file = directory.resolve("data.mdb");
    String content = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      for (int at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
        opened.seek(at);
        opened.write('N');
      }
    }
  }
}
