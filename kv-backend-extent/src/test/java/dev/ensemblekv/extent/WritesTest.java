// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import org.junit.jupiter.api.Test;

/** How far writers may be ahead of what is written in the background, which never runs here. */
class WritesTest {
  /** So much fills a segment, with which its memtable ends, with one key in it. */
  private static final int VALUE_BYTES = 16 << 20;

  private static KvOptions options(long replayBytes) {
    return SmallEngine.OPTIONS.toBuilder()
        .set(ExtentOptions.SEGMENT_SIZE, VALUE_BYTES + 4096L)
        .set(ExtentOptions.REPLAY_SIZE, replayBytes)
        .build();
  }

  private static SmallEngine engine(long replayBytes) {
    return new SmallEngine(options(replayBytes));
  }

  /** Puts values, each of which fills a memtable. */
  private static void fill(SmallEngine engine, int memtables) {
    for (int i = 0; i <= memtables; i++) {
      engine.store.put(SmallEngine.key(i), new byte[VALUE_BYTES]);
    }
  }

  @Test
  void smallMemtablesAreLeftToTheBackground() {
    SmallEngine engine = engine(1 << 30);
    fill(engine, 8);
    assertThat(engine.metric("frozenMemtables")).isEqualTo(8);
  }

  @Test
  void writersWaitWhenReadsWouldLookIntoTooManyMemtables() {
    SmallEngine engine = engine(1 << 30);
    fill(engine, 10);
    assertThat(engine.metric("frozenMemtables")).isLessThanOrEqualTo(9);
  }

  @Test
  void writersWaitWhenMoreOfTheLogWouldBeReplayedThanMay() {
    SmallEngine engine = engine(3L * VALUE_BYTES);
    fill(engine, 7);
    assertThat(engine.metric("frozenMemtables")).isBetween(3L, 4L);
  }
}
