// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Writers who overwrite faster than compaction gives space back wait while it does. Nothing goes on
 * in the background but what the test says, and the time stands still.
 */
class SlowedWritersTest {
  private static final int KEYS = 128;
  private static final String LARGE = "x".repeat(80 << 10);

  /** So much that even at the first rate it takes more than the shortest pause. */
  private static final String LARGEST = "x".repeat(320 << 10);

  private final SmallEngine engine =
      new SmallEngine(
          SmallEngine.OPTIONS.toBuilder()
              .set(ExtentOptions.SEGMENT_SIZE, 4L << 20)
              .set(ExtentOptions.REPLAY_SIZE, 64L << 20)
              .build());

  /** How long writers were held during each write while something was compacted. */
  private final List<Long> held = new ArrayList<>();

  private void write(int times) {
    for (int i = 0; i < times; i++) {
      engine.put(i % (KEYS / 2) * 2, LARGE);
    }
  }

  private void writeDuringCompaction() {
    engine.watch(
        (operation, path) -> {
          if (WatchedDisk.isRelocation(operation) && held.isEmpty()) {
            for (int i = 0; i < 5; i++) {
              long before = engine.metric("writersHeldNanos");
              engine.put(0, LARGEST);
              held.add(engine.metric("writersHeldNanos") - before);
            }
          }
        });
  }

  @Test
  void whileCompactionIsBehindEachWriteWaits() {
    writeDuringCompaction();
    for (int key = 0; key < KEYS; key++) {
      engine.put(key, LARGE);
    }
    write(10 * KEYS / 2);
    assertThat(engine.metric("writersHeldNanos")).as("nothing is compacted so far").isZero();

    engine.work();
    assertThat(held).hasSize(5).allSatisfy(nanos -> assertThat(nanos).isPositive());

    assertThat(engine.metric("writeLimitBytesPerSecond")).as("all is given back").isZero();
    long before = engine.metric("writersHeldNanos");
    write(5);
    assertThat(engine.metric("writersHeldNanos")).isEqualTo(before);
  }

  @Test
  void aCompactionThatIsNotBehindHoldsNobody() {
    writeDuringCompaction();
    for (int key = 0; key < KEYS; key++) {
      engine.put(key, LARGE);
    }
    write(KEYS / 2);
    write(KEYS / 2);
    engine.work();
    assertThat(held).hasSize(5).containsOnly(0L);
  }
}
