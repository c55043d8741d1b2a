// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergerTest {
  private final Disk disk = new SimulatedDisk();
  private final StoreFiles files =
      new StoreFiles(disk, Path.of("/store"), "0123456789abcdef0123456789abcdef", Mappings.NONE);
  private int id;

  private List<Run> runs(int... sizes) throws IOException {
    disk.createDirectories(files.directory);
    List<Run> runs = new ArrayList<>();
    for (int size : sizes) {
      try (RunWriter writer = new RunWriter(files, ++id, 1, size)) {
        for (int i = 0; i < size; i++) {
          writer.add(i, 0, 64);
        }
        runs.add(writer.finish());
      }
    }
    return runs;
  }

  private void assertChosen(int first, int behind, int... sizes) throws IOException {
    assertChosen(0, first, behind, sizes);
  }

  private void assertChosen(double deadBytes, int first, int behind, int... sizes)
      throws IOException {
    List<Run> runs = runs(sizes);
    assertThat(Merger.choose(runs, deadBytes)).isEqualTo(runs.subList(first, behind));
  }

  @Test
  void fewSmallRunsAboveAGreatOneAreLeftAlone() throws IOException {
    assertChosen(0, 0);
    assertChosen(0, 0, 5);
    assertChosen(0, 0, 24, 100);
    assertChosen(0, 0, 1, 1, 1, 100);
    assertChosen(0, 0, 1, 2, 4, 8, 100);
  }

  @Test
  void aQuarterOfTheGreatOneGoesIntoIt() throws IOException {
    assertChosen(0, 2, 25, 100);
    assertChosen(0, 4, 9, 9, 9, 100);
    assertChosen(0, 2, 100, 5);
  }

  @Test
  void whatIsCheapByWhatItShouldFindDeadGoesThereBefore() throws IOException {
    assertChosen(2_000.0, 0, 2, 10, 100);
    assertChosen(1_000.0, 0, 0, 10, 100);
  }

  @Test
  void ofManySmallOnesEachIsGreaterThanAllNewerOnes() throws IOException {
    assertChosen(0, 4, 1, 1, 1, 1, 100);
    assertChosen(0, 3, 1, 1, 1, 4, 100);
    assertChosen(0, 4, 1, 1, 3, 4, 100);
    assertChosen(0, 2, 2, 1, 4, 8, 100);
  }

  /** Above the bottom a tombstone hides what is below. */
  @Test
  void whatIsDeletedStaysDeletedWhenSmallRunsAreMerged() {
    SmallEngine engine =
        new SmallEngine(
            SmallEngine.OPTIONS.toBuilder().set(ExtentOptions.REPLAY_SIZE, 4096L).build());
    for (int key = 0; key < 400; key++) {
      engine.put(key, "old");
    }
    engine.compact();
    assertThat(engine.metric("runs")).isEqualTo(1);
    engine.store.delete(SmallEngine.key(7));
    long most = 0;
    boolean merged = false;
    for (int i = 0; i < 40 && !merged; i++) {
      engine.put(i % 2, "x".repeat(2000));
      engine.work();
      merged = engine.metric("runs") < most;
      most = Math.max(most, engine.metric("runs"));
    }
    assertThat(merged).isTrue();
    assertThat(engine.metric("runs")).isEqualTo(2);
    assertThat(engine.get(7)).isNull();
    assertThat(engine.store.size()).isEqualTo(399);
    engine.compact();
    assertThat(engine.get(7)).isNull();
  }
}
