// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompactorTest {
  private static final int KEYS = 200;
  private static final int VALUE_BYTES = 500;
  private static final long SEGMENT_BYTES = 16 << 10;

  private final SmallEngine engine =
      new SmallEngine(
          SmallEngine.OPTIONS.toBuilder().set(ExtentOptions.SEGMENT_SIZE, SEGMENT_BYTES).build());

  private static String value(int number) {
    return number + "x".repeat(VALUE_BYTES);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void spaceStaysWithinItsFactorUnderRandomOverwrites(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long live = (long) KEYS * Location.bytes(Location.ofValue(1, 64, RecordFormat.bytes(6, 504)));
    Map<Integer, String> model = new HashMap<>();
    for (int i = 0; i < 5000; i++) {
      int key = random.nextInt(KEYS);
      model.put(key, value(i));
      engine.put(key, value(i));
      engine.work();
      // The last segment and the spare one count as live, and what is not merged yet is not known.
      assertThat(engine.bytesOf("segment-"))
          .isLessThan(live * 15 / 10 + live / 2 + 4 * SEGMENT_BYTES);
    }
    for (int key = 0; key < KEYS; key++) {
      assertThat(engine.get(key)).isEqualTo(model.get(key));
    }
    assertThat(engine.verify().problems()).isEmpty();
  }

  @Test
  void aWalkGoesOnWhereItsRecordsAreMovedAway() {
    for (int key = 0; key < 2 * KEYS; key++) {
      engine.put(key, value(key));
    }
    Map<String, String> found = new HashMap<>();
    try (KvCursor cursor = engine.store.iterate()) {
      assertThat(cursor.next()).isTrue();
      add(found, cursor);
      for (int key = 0; key < 2 * KEYS; key += 2) {
        engine.put(key, value(-1));
      }
      assertThat(engine.compact().problems()).isEmpty();
      assertThat(engine.disk().exists(engine.path(Segment.name(1)))).isFalse();
      while (cursor.next()) {
        add(found, cursor);
      }
    }
    assertThat(found).hasSize(2 * KEYS);
    found.forEach(
        (key, value) ->
            assertThat(value).isIn(value(Integer.parseInt(key.substring(3))), value(-1)));
  }

  /** Of files that are read by calls, and of which the disk has such reads. */
  @Test
  void whatIsMovedComesPastTheCacheOfTheSystem() {
    for (int i = 0; i < 4 * KEYS; i++) {
      engine.put(i % KEYS, value(i));
    }
    assertThat(engine.metric("directReadBytes")).isZero();
    engine.compact();
    assertThat(engine.metric("directReadBytes")).isGreaterThan(KEYS * VALUE_BYTES);
    for (int key = 0; key < KEYS; key++) {
      assertThat(engine.get(key)).isEqualTo(value(3 * KEYS + key));
    }
  }

  /** A disk without such reads, or one on which they fail. */
  @Test
  void whereThereAreNoDirectReadsItComesAsEver() {
    SmallEngine other = new SmallEngine(engine.options);
    other.openOn(WatchedDisk.withoutDirectReads(other.disk()));
    for (int i = 0; i < 4 * KEYS; i++) {
      other.put(i % KEYS, value(i));
    }
    other.compact();
    assertThat(other.metric("directReadBytes")).isZero();
    assertThat(other.bytesOf("segment-")).isLessThan(2 * KEYS * VALUE_BYTES);
    for (int key = 0; key < KEYS; key++) {
      assertThat(other.get(key)).isEqualTo(value(3 * KEYS + key));
    }
  }

  private static void add(Map<String, String> found, KvCursor cursor) {
    String key = new String(cursor.key(), StandardCharsets.UTF_8);
    assertThat(found.put(key, new String(cursor.value(), StandardCharsets.UTF_8))).isNull();
  }

  /**
   * Across memtables, runs, merges, moves and openings no record is counted twice or not at all;
   * tombstones that must stay count too.
   */
  @ParameterizedTest
  @CsvSource({"1,false", "2,false", "3,true", "4,true"})
  void afterACompactionTheAccountsAreExactButForTombstones(long seed, boolean deletes) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2000; i++) {
      int key = random.nextInt(KEYS);
      if (deletes && random.nextInt(4) == 0) {
        engine.store.delete(SmallEngine.key(key));
      } else {
        engine.put(key, "x".repeat(random.nextInt(200)));
      }
      if (random.nextInt(10) == 0) {
        engine.work();
      }
      if (random.nextInt(200) == 0) {
        engine.reopen();
      }
      if (random.nextInt(200) == 0) {
        engine.compact();
        assertAccounts(KvMetric.KEYS, engine.store.size(), deletes);
        assertAccounts(KvMetric.LIVE_BYTES, liveBytes(), deletes);
      }
    }
  }

  private void assertAccounts(String metric, long exact, boolean atLeast) {
    if (atLeast) {
      assertThat(engine.metric(metric)).isGreaterThanOrEqualTo(exact);
    } else {
      assertThat(engine.metric(metric)).isEqualTo(exact);
    }
  }

  private long liveBytes() {
    long bytes = 0;
    try (KvCursor cursor = engine.store.iterate()) {
      while (cursor.next()) {
        long record = RecordFormat.bytes(cursor.key().length, cursor.value().length);
        bytes += Location.bytes(Location.ofValue(1, 64, record));
      }
    }
    return bytes;
  }
}
