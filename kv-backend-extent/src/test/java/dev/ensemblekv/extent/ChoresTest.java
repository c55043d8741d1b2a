// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What gives space back is tried again where it was not tried to its end. */
class ChoresTest {
  private static final int KEYS = 64;
  private static final String LARGE = "x".repeat(80 << 10);

  private final SmallEngine engine =
      new SmallEngine(
          SmallEngine.OPTIONS.toBuilder()
              .set(ExtentOptions.MEMTABLE_KEYS, 1024L)
              .set(ExtentOptions.SEGMENT_SIZE, 4L << 20)
              .set(ExtentOptions.REPLAY_SIZE, 64L << 20)
              .build());
  private final Parts parts = ((ExtentStore) engine.store).parts();

  private boolean makeRoom() throws IOException {
    return parts.chores.makeRoom();
  }

  @Test
  void whereItGaveWayThereMayStillBeRoomToMake() throws IOException {
    for (int i = 0; i < KEYS; i++) {
      engine.put(i, LARGE);
      engine.put(i / 2, LARGE); // so that half of each segment is dead, and half is not
    }
    parts.upkeep.urgently(() -> assertThat(makeRoom()).as("it gives way").isFalse());
    parts.upkeep.exclusively(() -> assertThat(makeRoom()).as("it is tried again").isTrue());
    assertThat(engine.get(KEYS - 1)).isEqualTo(LARGE);
  }

  @Test
  void whereThereWasNothingItIsNotTriedAgainUntilSomethingIsWritten() throws IOException {
    engine.put(1, LARGE);
    parts.upkeep.exclusively(() -> assertThat(makeRoom()).isFalse());
    parts.upkeep.exclusively(() -> assertThat(makeRoom()).isFalse());
    assertThat(engine.metric("runs")).isEqualTo(1);
  }
}
