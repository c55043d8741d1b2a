// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.bytes;
import static dev.ensemblekv.lmdb.Fixture.key;
import static dev.ensemblekv.lmdb.Fixture.metric;
import static dev.ensemblekv.lmdb.Fixture.open;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What iterations and scans hold on to, and where they begin. */
class IterationTest {
  @TempDir Path directory;

  @Test
  void anIterationHoldsNoReaderWhileItsVisitorRuns() {
    try (KvStore store = open(directory, "lmdb.durability=nosync")) {
      for (int i = 0; i < 1000; i++) {
        store.put(key(i), value(i, 100));
      }
      int[] visited = new int[1];
      store.forEach(
          (key, value) -> {
            assertThat(metric(store, "readers")).isZero();
            visited[0]++;
            return true;
          });
      assertThat(visited[0]).isEqualTo(1000);
    }
  }

  @Test
  void spaceIsUsedAgainWhileAVisitorIsSlow() {
    try (KvStore store = open(directory, "lmdb.durability=nosync")) {
      store.put(key(0), value(0, 10));
      store.forEach(
          (key, value) -> {
            for (int i = 0; i < 50; i++) {
              store.put(key(1), value(i, 1 << 20));
            }
            return false;
          });
      assertThat(metric(store, "diskBytes")).isLessThan(8 << 20);
    }
  }

  @Test
  void aScanIsShownInTheStatisticsUntilItIsClosed() {
    try (KvStore store = open(directory)) {
      assertThat(metric(store, "openScans")).isZero();
      assertThat(metric(store, "oldestReaderNanos")).isZero();
      try (KvCursor scan = store.scan(KeyRange.all())) {
        assertThat(scan.next()).isFalse();
        assertThat(metric(store, "openScans")).isEqualTo(1);
        assertThat(metric(store, "readers")).isEqualTo(1);
        assertThat(metric(store, "oldestReaderNanos")).isPositive();
      }
      assertThat(metric(store, "openScans")).isZero();
      assertThat(metric(store, "readers")).isZero();
      assertThat(metric(store, "oldestReaderNanos")).isZero();
    }
  }

  @Test
  void boundsMayBeLongerThanKeys() {
    byte[] longest = new byte[511];
    Arrays.fill(longest, (byte) 'b');
    byte[] bound = Arrays.copyOf(longest, 600); // right behind the longest key
    try (KvStore store = open(directory)) {
      store.put(bytes("a"), bytes("1"));
      store.put(longest, bytes("2"));
      store.put(bytes("c"), bytes("3"));

      assertThat(values(store, KeyRange.from(bound))).containsExactly("3");
      assertThat(values(store, KeyRange.to(bound))).containsExactly("1", "2");
      assertThat(values(store, KeyRange.from(bound).reversed())).containsExactly("3");
      assertThat(values(store, KeyRange.to(bound).reversed())).containsExactly("2", "1");
      store.delete(longest);
      assertThat(values(store, KeyRange.from(bound))).containsExactly("3");
      assertThat(values(store, KeyRange.to(bound).reversed())).containsExactly("1");
      store.delete(bytes("c"));
      assertThat(values(store, KeyRange.from(bound))).isEmpty();
      assertThat(values(store, KeyRange.to(bound).reversed())).containsExactly("1");
      store.delete(bytes("a"));
      assertThat(values(store, KeyRange.to(bound).reversed())).isEmpty();
    }
  }

  private static List<String> values(KvStore store, KeyRange range) {
    List<String> values = new ArrayList<>();
    try (KvCursor scan = store.scan(range)) {
      while (scan.next()) {
        values.add(new String(scan.value(), java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    return values;
  }
}
