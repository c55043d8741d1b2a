// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.fill;
import static dev.ensemblekv.lmdb.Fixture.key;
import static dev.ensemblekv.lmdb.Fixture.metric;
import static dev.ensemblekv.lmdb.Fixture.open;
import static dev.ensemblekv.lmdb.Fixture.start;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.lmdb.Fixture.Worker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The map grows by itself, never under a reader, and nobody waits for himself. */
class MapGrowthTest {
  private static final String SMALL = "lmdb.reserve=1MiB";
  private static final String PATIENT = "lmdb.growthWait=30m";
  private static final int MANY = 1000;

  @TempDir Path directory;

  @Test
  void theMapGrowsAsFarAsNeeded() {
    try (KvStore store = open(directory, SMALL)) {
      fill(store, 0, 20);

      for (int i = 0; i < 20; i++) {
        assertThat(store.get(key(i))).isEqualTo(value(i, 1 << 20));
      }
      assertThat(metric(store, "mapGrowths")).isEqualTo(5);
      assertThat(metric(store, "mapBytes")).isEqualTo(32 << 20);
    }
    try (KvStore store = open(directory, SMALL)) {
      assertThat(metric(store, "mapBytes")).isGreaterThanOrEqualTo(40 << 20);
      assertThat(store.get(key(19))).isEqualTo(value(19, 1 << 20));
    }
  }

  @Test
  void oneBatchMayNeedManyTimesTheMap() {
    KvBatch batch = new KvBatch();
    for (int i = 0; i < 30; i++) {
      batch.put(key(i), value(i, 1 << 20));
    }
    try (KvStore store = open(directory, SMALL)) {
      store.write(batch);

      assertThat(store.size()).isEqualTo(30);
      assertThat(store.get(key(29))).isEqualTo(value(29, 1 << 20));
    }
  }

  @Test
  void aWriteWaitsUntilTheScansOfOthersAreClosed() throws Exception {
    try (KvStore store = open(directory, SMALL, PATIENT)) {
      store.put(key(0), value(0, 10));
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Void> writer = start(() -> fill(store, 1, 3)).awaitBlocked();

      assertThat(scan.next()).isTrue();
      assertThat(scan.value()).isEqualTo(value(0, 10));
      assertThat(writer.isDone()).isFalse();
      scan.close();
      writer.result();

      assertThat(store.size()).isEqualTo(4);
    }
  }

  @Test
  void whoHasAScanOpenReadsOnWhileOthersWaitForIt() throws Exception {
    try (KvStore store = open(directory, SMALL, PATIENT)) {
      store.put(key(0), value(0, 10));
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Void> writer = start(() -> fill(store, 1, 3)).awaitBlocked();
      Worker<byte[]> reader = start(() -> store.get(key(0))).awaitBlocked();

      assertThat(store.get(key(0))).isEqualTo(value(0, 10));
      assertThat(metric(store, "keys")).isEqualTo(1);
      assertThat(reader.isDone()).isFalse();
      scan.close();
      writer.result();

      assertThat(reader.result()).isEqualTo(value(0, 10));
    }
  }

  @Test
  void whoHasAScanOpenItselfIsRefusedAtOnce() {
    try (KvStore store = open(directory, SMALL, PATIENT)) {
      try (KvCursor scan = store.scan(KeyRange.all())) {
        assertThatThrownBy(() -> fill(store, 0, 3))
            .isInstanceOf(StoreFullException.class)
            .hasMessageContaining("this thread has one open itself");
        assertThat(scan.next()).isFalse();
        assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
        store.put(key(MANY), value(MANY, 10)); // what fits still works
      }
      fill(store, 0, 3);

      assertThat(store.size()).isEqualTo(4);
    }
  }

  @Test
  void aWriterInLineThatHoldsAScanFailsAloneWhenTheFirstInLineMustGrow() throws Exception {
    try (KvStore store = open(directory, SMALL, PATIENT)) {
      KvCursor scan = store.scan(KeyRange.all());
      Worker<Void> first = start(() -> fill(store, 0, 3)).awaitBlocked();
      Worker<Void> innocent = start(() -> store.put(key(50), value(50, 10))).awaitBlocked();

      assertThatThrownBy(() -> store.put(key(60), value(60, 10)))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("this thread has one open itself");
      assertThat(first.isDone()).isFalse();
      scan.close();
      first.result();
      innocent.result();

      assertThat(store.size()).isEqualTo(4);
      assertThat(store.get(key(60))).isNull();
    }
  }

  @Test
  void aWriterOfTheSameGroupThatHoldsAScanFailsAlone() throws Exception {
    try (KvStore store = open(directory, SMALL, PATIENT)) {
      KvCursor blocking = store.scan(KeyRange.all());
      Worker<Void> first = start(() -> fill(store, 0, 1)).awaitBlocked();
      // both come while the first waits, so they are one group; the second of them holds a scan
      Worker<Void> second = start(() -> store.put(key(10), value(10, 2 << 20))).awaitBlocked();
      AtomicBoolean holds = new AtomicBoolean();
      Worker<String> third =
          start(
              () -> {
                try (KvCursor own = store.scan(KeyRange.all())) {
                  holds.set(own.next());
                  store.put(key(20), value(20, 10));
                  return "written";
                } catch (StoreFullException e) {
                  return "refused";
                }
              });
      third.awaitBlocked(); // for the gate: it holds no reader yet
      blocking.close();
      first.result();
      second.result();

      assertThat(third.result()).isIn("refused", "written");
      assertThat(store.get(key(10))).isEqualTo(value(10, 2 << 20));
    }
  }

  @Test
  void whenTheTimeIsOverNothingIsWrittenAndTheStoreStaysOpen() throws Exception {
    try (KvStore store = open(directory, SMALL, "lmdb.growthWait=1ms")) {
      try (KvCursor scan = store.scan(KeyRange.all())) {
        Worker<Void> writer = start(() -> store.put(key(0), value(0, 2 << 20)));
        assertThatThrownBy(writer::result)
            .cause()
            .isInstanceOf(StoreFullException.class)
            .hasMessageMatching("(?s).*readers were in the way for 1ms.* \\d+ ms; .*");
        assertThat(scan.next()).isFalse();
      }
      assertThat(store.size()).isZero();
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
      store.put(key(0), value(0, 2 << 20));
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void aVisitorMayWriteWhatMakesTheMapGrow() {
    try (KvStore store = open(directory, SMALL, PATIENT)) {
      for (int i = 0; i < 10; i++) {
        store.put(key(i), value(i, 10));
      }
      store.forEach(
          (key, value) -> {
            store.put(key, value(7, 1 << 20));
            return true;
          });

      assertThat(store.size()).isEqualTo(10);
      assertThat(metric(store, "mapGrowths")).isPositive();
    }
  }

  @Test
  void readersAndScansMeetAGrowingMap() throws Exception {
    try (KvStore store = open(directory, SMALL)) {
      store.put(key(0), value(0, 100));
      AtomicBoolean ended = new AtomicBoolean();
      List<Worker<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(start(() -> readAll(store, ended)));
      }
      for (int i = 1; i < 50; i++) {
        store.put(key(i), value(i, 1 << 20));
      }
      ended.set(true);
      for (Worker<Long> reader : readers) {
        assertThat(reader.result()).isPositive();
      }
      assertThat(metric(store, "mapGrowths")).isEqualTo(6);
    }
  }

  private static long readAll(KvStore store, AtomicBoolean ended) {
    long rounds = 0;
    do {
      assertThat(store.get(key(0))).isEqualTo(value(0, 100));
      try (KvCursor scan = store.scan(KeyRange.all().reversed())) {
        assertThat(scan.next()).isTrue();
        assertThat(scan.value()[0]).isEqualTo((byte) (scan.key()[3] * 31));
      }
      assertThat(metric(store, "keys")).isPositive();
      rounds++;
    } while (!ended.get());
    return rounds;
  }
}
