// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Chapter 2: what reads and writes of single keys do, by one thread. */
abstract class PointOperationsChapter extends Chapter {
  private static final int HISTORIES = 3;
  private static final int OPERATIONS = 400;

  /** If this fails, check how a key is found that is not the only one in its block or bucket. */
  @Test
  @Rule("2.1")
  @DisplayName("KV-2.1 get gives the last value put, or null")
  void getGivesTheLastValue() {
    KvStore store = store();
    assertValue(store, key(0), null);
    fill(store, 500);
    for (int i = 0; i < 500; i += 3) {
      store.put(key(i), value(-i));
    }
    for (int i = 0; i < 500; i++) {
      assertValue(store, key(i), i % 3 == 0 ? value(-i) : value(i));
    }
    assertValue(store, key(500), null);
    assertValue(store, bytes("key-0000"), null);
    assertValue(store, bytes("key-000000"), null);
  }

  /** If this fails, check position and limit of the buffer, and what an absent key does. */
  @Test
  @Rule("2.1")
  @DisplayName("KV-2.1 read lends the same value as get, once, and none of an absent key")
  void readLendsTheValue() {
    KvStore store = store();
    store.put(key(0), value(0));
    AtomicInteger calls = new AtomicInteger();
    byte[] seen =
        store.read(
            key(0),
            buffer -> {
              calls.incrementAndGet();
              ByteBuffer value = buffer.duplicate();
              byte[] bytes = new byte[value.remaining()];
              value.get(bytes);
              return bytes;
            });
    assertThat(seen).isEqualTo(value(0));
    assertThat(calls).as("calls of the reader").hasValue(1);
    assertThat(store.<Object>read(key(0), buffer -> null)).isNull();
    assertThat(
            store.<Integer>read(
                key(1),
                buffer -> {
                  calls.incrementAndGet();
                  return 1;
                }))
        .isNull();
    assertThat(calls).as("calls of the reader").hasValue(1);
  }

  /**
   * If this fails, check that results are in the order of the keys asked for, not of the engine.
   */
  @Test
  @Rule("2.1")
  @DisplayName("KV-2.1 getAll gives the value of each key, in the order asked for")
  void getAllKeepsTheOrder() {
    KvStore store = store();
    fill(store, 10);
    List<byte[]> keys = List.of(key(7), key(99), key(0), key(7), key(3));
    assertThat(store.getAll(keys))
        .as("getAll")
        .containsExactly(value(7), null, value(0), value(7), value(3));
    assertThat(store.getAll(List.of())).isEmpty();
  }

  /** If this fails, check in-place updates by a shorter or a longer value. */
  @Test
  @Rule("2.2")
  @DisplayName("KV-2.2 put replaces what was there, shorter or longer")
  void putReplaces() {
    KvStore store = store();
    fill(store, 3);
    for (int length : new int[] {10, 1000, 0, 5000, 3, 3, 100_000, 1}) {
      byte[] value = new byte[length];
      Arrays.fill(value, (byte) length);
      store.put(key(1), value);
      assertValue(store, key(1), value);
      assertValue(store, key(0), value(0));
      assertValue(store, key(2), value(2));
      assertThat(store.size()).isEqualTo(3);
    }
  }

  /** If this fails, check deletes of keys never seen, deleted before, or next to present ones. */
  @Test
  @Rule("2.3")
  @DisplayName("KV-2.3 delete removes a key, and of an absent one does nothing")
  void deleteRemoves() {
    KvStore store = store();
    store.delete(key(0));
    fill(store, 3);
    store.delete(key(1));
    store.delete(key(1));
    store.delete(bytes("key"));
    assertValue(store, key(0), value(0));
    assertValue(store, key(1), null);
    assertValue(store, key(2), value(2));
    assertThat(store.size()).isEqualTo(2);
    store.put(key(1), value(9));
    assertValue(store, key(1), value(9));
    assertThat(store.size()).isEqualTo(3);
  }

  /**
   * If this fails, check filters and caches of keys: they may say "maybe", never a wrong answer.
   */
  @Test
  @Rule("2.4")
  @DisplayName("KV-2.4 exists tells whether get gives a value")
  void existsAgreesWithGet() {
    KvStore store = store();
    for (int i = 0; i < 300; i++) {
      store.put(key(i), i % 7 == 0 ? new byte[0] : value(i));
    }
    for (int i = 0; i < 300; i += 5) {
      store.delete(key(i));
    }
    for (int i = 0; i < 600; i++) {
      assertThat(store.exists(key(i)))
          .as("exists(%s)", text(key(i)))
          .isEqualTo(store.get(key(i)) != null)
          .isEqualTo(i < 300 && i % 5 != 0);
    }
  }

  /** If this fails, check what counts: an overwrite, a delete of nothing, a swap, a batch. */
  @Test
  @Rule("2.5")
  @DisplayName("KV-2.5 size counts live keys, each once")
  void sizeCountsLiveKeys() {
    KvStore store = store();
    assertThat(store.size()).isZero();
    fill(store, 20);
    assertThat(store.size()).as("after 20 puts").isEqualTo(20);
    fill(store, 10);
    assertThat(store.size()).as("after 10 overwrites").isEqualTo(20);
    store.delete(key(0));
    store.delete(key(0));
    store.delete(key(99));
    assertThat(store.size()).as("after a delete, again, and of an absent key").isEqualTo(19);
    store.write(
        new KvBatch()
            .put(key(0), value(0))
            .put(key(0), value(1))
            .put(key(1), value(1))
            .delete(key(2))
            .delete(key(2))
            .put(key(50), value(1))
            .delete(key(50)));
    assertThat(store.size()).as("after a batch").isEqualTo(19);
    if (has(KvFeature.COMPARE_AND_SET)) {
      store.compareAndSet(key(1), value(1), value(5));
      store.compareAndSet(key(2), value(1), value(5));
      store.compareAndSet(key(2), null, null);
      assertThat(store.size()).as("after swaps that add nothing").isEqualTo(19);
      store.compareAndSet(key(2), null, value(5));
      assertThat(store.size()).as("after a swap that adds").isEqualTo(20);
      store.compareAndSet(key(2), value(5), null);
      assertThat(store.size()).as("after a swap that removes").isEqualTo(19);
    }
    assertThat(contents(store)).hasSize(19);
    if (has(KvFeature.PERSISTENT)) {
      assertThat(reopen().size()).as("after reopening").isEqualTo(19);
    }
  }

  /** If this fails, check the comparison of the expected value and the two meanings of null. */
  @Test
  @Rule("2.7")
  @Requires(KvFeature.COMPARE_AND_SET)
  @DisplayName("KV-2.7 compareAndSet writes only if the value is the one expected, byte for byte")
  void compareAndSetComparesBytes() {
    KvStore store = store();
    assertThat(store.compareAndSet(key(0), value(0), value(1))).as("absent, not so").isFalse();
    assertThat(store.compareAndSet(key(0), null, null)).as("absent stays absent").isTrue();
    assertThat(store.exists(key(0))).as("exists after a swap of nothing").isFalse();
    assertThat(store.compareAndSet(key(0), null, value(0))).as("created").isTrue();
    assertThat(store.compareAndSet(key(0), null, value(1))).as("present already").isFalse();
    assertThat(store.compareAndSet(key(0), value(1), value(2))).as("another value").isFalse();
    assertThat(store.compareAndSet(key(0), bytes("value-"), value(2))).as("a prefix").isFalse();
    assertThat(store.compareAndSet(key(0), bytes("value-00"), value(2))).as("longer").isFalse();
    assertThat(store.compareAndSet(key(0), new byte[0], value(2))).as("empty").isFalse();
    assertThat(store.compareAndSet(key(0), value(1), null)).as("not deleted").isFalse();
    assertValue(store, key(0), value(0));
    assertThat(store.compareAndSet(key(0), value(0), value(0))).as("the same").isTrue();
    assertThat(store.compareAndSet(key(0), value(0), value(2))).as("replaced").isTrue();
    assertValue(store, key(0), value(2));
    assertThat(store.compareAndSet(key(0), value(2), null)).as("deleted").isTrue();
    assertValue(store, key(0), null);
    assertThat(store.size()).isZero();
  }

  /**
   * Runs random histories beside a map. If this fails, the message has the seed and a short history
   * that fails too: run it in a debugger.
   */
  @Test
  @Rule("2.1")
  @DisplayName("KV-2.1 A store behaves as a map, whatever is done in whatever order")
  void randomHistories(TestReporter reporter) throws Exception {
    int histories = HISTORIES * tck().effort();
    seeded(
        reporter,
        seed -> {
          RandomHistory.Runner runner =
              new RandomHistory.Runner(
                  number -> open(temp.resolve("history-" + number)),
                  store().features(),
                  tck().mustHappen());
          for (int i = 0; i < histories; i++) {
            runner.check(RandomHistory.draw(seed + i, OPERATIONS));
          }
        });
  }
}
