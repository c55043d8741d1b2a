// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemtableTest {
  static final Comparator<KeyHash> ORDER =
      (a, b) -> KeyHash.compare(a.order(), a.routing(), b.order(), b.routing());

  /**
   * Hashes as they come, or crowded at the beginning, or of one order and different routing bits.
   */
  static KeyHash hash(SplittableRandom random, int crowding) {
    long order = random.nextLong();
    return switch (crowding) {
      case 0 -> new KeyHash(order, random.nextInt());
      case 1 -> new KeyHash(order & 0xFF, random.nextInt(4));
      default -> new KeyHash(order < 0 ? 5 : -1, random.nextInt(40));
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void itIsWhatAMapIs(int crowding) {
    SplittableRandom random = new SplittableRandom(crowding);
    Map<KeyHash, Long> model = new TreeMap<>(ORDER);
    Memtable memtable = new Memtable();
    for (int i = 1; i <= 3000; i++) {
      KeyHash hash = hash(random, crowding);
      Long former = model.put(hash, (long) i);
      assertThat(memtable.put(hash.order(), hash.routing(), i))
          .isEqualTo(former == null ? 0 : former);
      KeyHash other = hash(random, crowding);
      assertThat(memtable.find(other.order(), other.routing()))
          .isEqualTo(model.getOrDefault(other, Location.NONE));
      assertThat(memtable.count()).isEqualTo(model.size());
    }
    for (int parts : new int[] {1, 3, 16}) {
      Map<KeyHash, Long> found = new TreeMap<>(ORDER);
      for (HashRange part : HashRange.parts(parts)) {
        KeyHash before = null;
        Entries entries = memtable.entries(part);
        for (int i = 0; i < entries.count(); i++) {
          KeyHash hash = new KeyHash(entries.order(i), entries.routing(i));
          assertThat(part.contains(hash.order())).isTrue();
          assertThat(before == null || ORDER.compare(before, hash) < 0).isTrue();
          before = hash;
          found.put(hash, entries.location(i));
        }
      }
      assertThat(found).isEqualTo(model);
    }
  }

  @Test
  void whoReadsWhileOneInsertsFindsAllThatWasThere() throws Exception {
    int keys = 20_000;
    Memtable memtable = new Memtable();
    AtomicInteger inserted = new AtomicInteger();
    ExecutorService readers = Executors.newFixedThreadPool(2);
    try {
      Future<?>[] done = new Future<?>[2];
      for (int reader = 0; reader < done.length; reader++) {
        SplittableRandom random = new SplittableRandom(reader);
        done[reader] =
            readers.submit(
                () -> {
                  int there = 0;
                  while (there < keys) {
                    there = inserted.get();
                    if (there > 0) {
                      int key = random.nextInt(there);
                      long found = memtable.find(order(key), key);
                      assertThat(found == key + 1 || found == key + 1 + keys).isTrue();
                    }
                  }
                });
      }
      for (int key = 0; key < keys; key++) {
        memtable.put(order(key), key, key + 1);
        inserted.set(key + 1);
        memtable.put(order(key / 2), key / 2, key / 2 + 1 + keys);
      }
      for (Future<?> reader : done) {
        reader.get();
      }
    } finally {
      readers.shutdownNow();
      readers.awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  private static long order(int key) {
    return key * 0x9E3779B97F4A7C15L;
  }
}
