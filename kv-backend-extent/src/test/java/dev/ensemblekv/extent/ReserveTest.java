// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.time.Duration;
import java.util.function.IntPredicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk that the store itself has filled: what is deleted gives space for other things. */
class ReserveTest {
  private static final int MOST_KEYS = 100_000;

  private final SimulatedMachine machine = new SimulatedMachine(1, environment -> environment);

  private static byte[] value(int key, int length) {
    return SmallEngine.bytes("v".repeat(length) + key);
  }

  private static void put(KvStore store, int key, int length) {
    store.put(SmallEngine.key(key), value(key, length));
  }

  /** Puts until the disk is full; returns the first key that is not there. */
  private static int fill(KvStore store, int from, int length) {
    for (int key = from; key < MOST_KEYS; key++) {
      try {
        put(store, key, length);
      } catch (StoreFullException e) {
        return key;
      }
    }
    throw new AssertionError("the disk does not become full");
  }

  private static void delete(KvStore store, int keys, IntPredicate deleted) {
    for (int key = 0; key < keys; key++) {
      if (deleted.test(key)) {
        store.delete(SmallEngine.key(key));
      }
    }
  }

  private static void checkHas(KvStore store, int keys, int length, IntPredicate deleted) {
    for (int key = 0; key < keys; key++) {
      assertThat(store.get(SmallEngine.key(key)))
          .as("key %d", key)
          .isEqualTo(deleted.test(key) ? null : value(key, length));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40, 1, true",
    "40, 2, false",
    "1000, 1, false",
    "1000, 2, true",
    "1000, 8, false",
    "20000, 1, true",
    "20000, 2, false",
    "20000, 8, true"
  })
  void whatIsDeletedOnAFullDiskGivesSpaceForOtherThings(int length, int oneIn, boolean asked) {
    KvOptions options =
        SmallEngine.OPTIONS.toBuilder()
            .set(ExtentOptions.MEMTABLE_KEYS, 512L)
            .set(ExtentOptions.SEGMENT_SIZE, 64L << 10)
            .build();
    SmallEngine engine = new SmallEngine(machine, options);
    engine.disk().faults().fullAfter(2 << 20);
    int first = fill(engine.store, 0, length);
    engine.work();
    int keys = fill(engine.store, first, length);
    IntPredicate deleted = key -> key < keys && key % oneIn == 0;
    delete(engine.store, keys, deleted);
    int refused = fill(engine.store, keys, length);
    if (asked) {
      engine.compact();
    } else {
      engine.machine.executor().advance(Duration.ofSeconds(2));
    }
    checkHas(engine.store, refused, length, deleted);
    int end = fill(engine.store, refused, length);
    assertThat((end - keys) * 4).as("four times those that came").isGreaterThan(keys / oneIn);
    checkHas(engine.store, end, length, deleted);
    assertThat(engine.store.stats().state()).isEqualTo(KvState.OPEN);
    engine.reopen();
    checkHas(engine.store, end, length, deleted);
    assertThat(engine.verify().problems()).isEmpty();
  }
}
