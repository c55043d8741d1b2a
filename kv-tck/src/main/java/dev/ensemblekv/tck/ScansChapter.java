// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Chapter 3: scans in order. */
abstract class ScansChapter extends Chapter {
  private static final int RANDOM_RANGES = 300;
  private static final long SCANS_MILLIS = 300;

  /** All keys are written so often beside the scans, however long that takes. */
  private static final int LEAST_WRITTEN = 5;

  private static List<ByteString> keys(KvStore store, KeyRange range) {
    List<ByteString> keys = new ArrayList<>();
    try (KvCursor cursor = store.scan(range)) {
      while (cursor.next()) {
        keys.add(ByteString.of(cursor.key()));
      }
    }
    return keys;
  }

  private static List<ByteString> strings(byte[]... keys) {
    List<ByteString> strings = new ArrayList<>();
    for (byte[] key : keys) {
      strings.add(ByteString.of(key));
    }
    return strings;
  }

  private void put(byte[]... keys) {
    for (byte[] key : keys) {
      store().put(key, value(key.length));
    }
  }

  /** If this fails, check the comparator: bytes from 0x80 on are greater than those below. */
  @Test
  @Rule("3.4")
  @Requires(KvFeature.ORDERED)
  @DisplayName("KV-3.4 A scan goes in unsigned lexicographic order, shorter keys first")
  void unsignedOrder() {
    byte[][] ordered = {
      bytes(0),
      bytes(0, 0),
      bytes(0, 1),
      bytes(1),
      bytes('a'),
      bytes('a', 0),
      bytes('a', 'b'),
      bytes(127),
      bytes(127, 255),
      bytes(128),
      bytes(200, 1),
      bytes(255),
      bytes(255, 0),
      bytes(255, 255)
    };
    for (int i = 0; i < ordered.length; i++) {
      put(ordered[i * 5 % ordered.length]);
    }
    assertThat(keys(store(), KeyRange.all()))
        .as("scan of all")
        .containsExactlyElementsOf(strings(ordered));
    for (int i = 0; i < 256; i++) {
      put(bytes(i, 7));
    }
    List<ByteString> all = keys(store(), KeyRange.all());
    assertThat(all).isSorted().hasSize(256 + ordered.length);
  }

  /** If this fails, check where a reverse scan begins: at the last key below the upper bound. */
  @Test
  @Rule("3.4")
  @Requires(KvFeature.ORDERED)
  @DisplayName("KV-3.4 A reverse scan gives the same pairs in the opposite order")
  void reverseOrder() {
    put(bytes(0), bytes(10), bytes(10, 0), bytes(20), bytes(128), bytes(255), bytes(255, 255));
    KvStore store = store();
    assertThat(keys(store, KeyRange.all().reversed()))
        .containsExactlyElementsOf(
            strings(
                bytes(255, 255),
                bytes(255),
                bytes(128),
                bytes(20),
                bytes(10, 0),
                bytes(10),
                bytes(0)));
    assertThat(keys(store, KeyRange.of(bytes(10), bytes(128)).reversed()))
        .containsExactlyElementsOf(strings(bytes(20), bytes(10, 0), bytes(10)));
    assertThat(keys(store, KeyRange.of(bytes(5), bytes(21)).reversed()))
        .as("bounds that are no keys")
        .containsExactlyElementsOf(strings(bytes(20), bytes(10, 0), bytes(10)));
    assertThat(keys(store, KeyRange.to(bytes(255)).reversed()).get(0))
        .isEqualTo(ByteString.of(bytes(128)));
    assertThat(keys(store, KeyRange.from(bytes(255)).reversed()))
        .containsExactlyElementsOf(strings(bytes(255, 255), bytes(255)));
    assertThat(keys(store, KeyRange.to(bytes(0)).reversed())).as("below all").isEmpty();
    assertThat(keys(store, KeyRange.all().reversed().reversed())).isSorted().hasSize(7);
  }

  /** If this fails, check both bounds: the lower belongs to the range, the upper does not. */
  @Test
  @Rule("3.4")
  @Requires(KvFeature.ORDERED)
  @DisplayName("KV-3.4 A range is half-open, and may be empty")
  void halfOpenRanges() {
    put(bytes("a"), bytes("b"), bytes("c"), bytes("cc"), bytes("d"));
    KvStore store = store();
    assertThat(keys(store, KeyRange.of(bytes("b"), bytes("d"))))
        .containsExactlyElementsOf(strings(bytes("b"), bytes("c"), bytes("cc")));
    assertThat(keys(store, KeyRange.from(bytes("cc"))))
        .containsExactlyElementsOf(strings(bytes("cc"), bytes("d")));
    assertThat(keys(store, KeyRange.to(bytes("b")))).containsExactlyElementsOf(strings(bytes("a")));
    for (KeyRange empty :
        List.of(
            KeyRange.of(bytes("b"), bytes("b")),
            KeyRange.of(bytes("c"), bytes("b")),
            KeyRange.of(bytes("ca"), bytes("cb")),
            KeyRange.from(bytes("e")),
            KeyRange.to(bytes("a")),
            KeyRange.to(new byte[0]))) {
      assertThat(keys(store, empty)).as("%s", empty).isEmpty();
      assertThat(keys(store, empty.reversed())).as("%s", empty.reversed()).isEmpty();
    }
    assertThat(keys(store, KeyRange.from(new byte[0]))).hasSize(5);
  }

  /** If this fails, check the end of a prefix of 0xFF bytes: it has none, or the next shorter's. */
  @Test
  @Rule("3.4")
  @Requires(KvFeature.ORDERED)
  @DisplayName("KV-3.4 A prefix scan ends with its prefix, which may be of 0xFF bytes")
  void prefixes() {
    put(
        bytes('a'),
        bytes('a', 255),
        bytes('a', 255, 0),
        bytes('a', 255, 255),
        bytes('b'),
        bytes(255),
        bytes(255, 254),
        bytes(255, 255),
        bytes(255, 255, 3));
    KvStore store = store();
    Map<ByteString, Integer> counts = new TreeMap<>();
    counts.put(ByteString.of(bytes('a')), 4);
    counts.put(ByteString.of(bytes('a', 255)), 3);
    counts.put(ByteString.of(bytes('a', 255, 255)), 1);
    counts.put(ByteString.of(bytes(255)), 4);
    counts.put(ByteString.of(bytes(255, 255)), 2);
    counts.put(ByteString.of(bytes(255, 255, 255)), 0);
    counts.put(ByteString.of(new byte[0]), 9);
    counts.forEach(
        (prefix, count) -> {
          KeyRange range = KeyRange.prefix(prefix.toArray());
          assertThat(keys(store, range))
              .as("prefix %s", prefix)
              .hasSize(count)
              .isSorted()
              .allMatch(key -> key.startsWith(prefix.toArray()));
          assertThat(keys(store, range.reversed()))
              .as("prefix %s reversed", prefix)
              .hasSize(count)
              .isSortedAccordingTo(Comparator.reverseOrder());
        });
  }

  /** If this fails, the message has the range; check how its bounds are looked up. */
  @Test
  @Rule("3.4")
  @Requires(KvFeature.ORDERED)
  @DisplayName("KV-3.4 Any scan gives what a sorted map gives")
  void randomRanges(TestReporter reporter) throws Exception {
    seeded(
        reporter,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          NavigableMap<ByteString, ByteString> model = new TreeMap<>();
          KvStore store = store();
          for (int i = 0; i < 300; i++) {
            byte[] key = randomKey(random);
            store.put(key, value(i));
            model.put(ByteString.of(key), ByteString.of(value(i)));
            if (i % 5 == 0) {
              byte[] deleted = model.firstKey().toArray();
              store.delete(deleted);
              model.remove(ByteString.of(deleted));
            }
          }
          for (int i = 0; i < RANDOM_RANGES; i++) {
            KeyRange range = KeyRange.of(randomKey(random), randomKey(random));
            range = random.nextInt(4) == 0 ? KeyRange.from(randomKey(random)) : range;
            range = random.nextInt(4) == 0 ? KeyRange.to(randomKey(random)) : range;
            compare(store, random.nextBoolean() ? range.reversed() : range, model);
          }
        });
  }

  private static byte[] randomKey(SplittableRandom random) {
    byte[] key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(8) * 36); // 0 to 252
    }
    return key;
  }

  private static void compare(
      KvStore store, KeyRange range, NavigableMap<ByteString, ByteString> model) {
    List<Map.Entry<ByteString, ByteString>> expected = new ArrayList<>();
    (range.isReverse() ? model.descendingMap() : model)
        .forEach(
            (key, value) -> {
              if (range.contains(key.toArray())) {
                expected.add(Map.entry(key, value));
              }
            });
    List<Map.Entry<ByteString, ByteString>> seen = new ArrayList<>();
    try (KvCursor cursor = store.scan(range)) {
      while (cursor.next()) {
        seen.add(Map.entry(ByteString.of(cursor.key()), ByteString.of(cursor.value())));
      }
    }
    assertThat(seen).as("scan of %s", range).isEqualTo(expected);
  }

  /** If this fails, check what a cursor keeps of the moment at which it was opened. */
  @Test
  @Rule("3.4")
  @Requires({KvFeature.ORDERED, KvFeature.SNAPSHOT})
  @DisplayName("KV-3.4 A scan with SNAPSHOT shows the store at one point in time")
  void scansAreSnapshots() {
    KvStore store = store();
    fill(store, 100);
    NavigableMap<ByteString, ByteString> before = contents(store);
    try (KvCursor cursor = store.scan(KeyRange.all());
        KvCursor begun = store.scan(KeyRange.all())) {
      assertThat(begun.next()).isTrue();
      for (int i = 0; i < 200; i++) {
        if (i % 3 == 0) {
          store.delete(key(i));
        } else {
          store.put(key(i), value(-i));
        }
      }
      assertThat(collect(cursor)).as("a scan opened before the writes").isEqualTo(before);
      NavigableMap<ByteString, ByteString> rest = new TreeMap<>(before);
      rest.pollFirstEntry();
      assertThat(collect(begun)).as("the rest of a scan that had begun").isEqualTo(rest);
    }
    assertThat(contents(store)).isNotEqualTo(before);
  }

  /** If this fails, check that a snapshot is taken between batches and writes, not during one. */
  @Test
  @Rule("3.4")
  @Requires({KvFeature.ORDERED, KvFeature.SNAPSHOT})
  @DisplayName("KV-3.4 A scan with SNAPSHOT never shows a later write without an earlier one")
  void snapshotsUnderWrites() throws Exception {
    KvStore store = store();
    int count = 20;
    KvBatch zeros = new KvBatch();
    for (int i = 0; i < count; i++) {
      zeros.put(key(i), bytes("0"));
    }
    store.write(zeros);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    Future<?> writer =
        startRunning(
            () -> {
              for (int round = 1; !over.get(); round++) {
                for (int i = 0; i < count; i++) {
                  store.put(key(i), bytes(String.valueOf(round)));
                }
                written.set(round);
              }
            });
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SCANS_MILLIS * tck().effort());
    try {
      boolean late = false;
      for (int scan = 0; !writer.isDone() && (!late || written.get() < LEAST_WRITTEN); scan++) {
        late = scan >= 20 && System.nanoTime() >= end;
        KeyRange range = scan % 2 == 0 ? KeyRange.all() : KeyRange.all().reversed();
        List<Integer> rounds = new ArrayList<>();
        try (KvCursor cursor = store.scan(range)) {
          while (cursor.next()) {
            rounds.add(scan % 2 == 0 ? rounds.size() : 0, Integer.parseInt(text(cursor.value())));
          }
        }
        assertThat(rounds).hasSize(count);
        for (int i = 1; i < count; i++) {
          assertThat(rounds.get(i))
              .as("written after its predecessor, in %s", rounds)
              .isBetween(rounds.get(0) - 1, rounds.get(i - 1));
        }
      }
    } finally {
      over.set(true);
    }
    inTime("the end of the writer", writer);
  }
}
