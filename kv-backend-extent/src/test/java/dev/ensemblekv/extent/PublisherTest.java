// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the manifest says of the segments that a checkpoint has passed. */
class PublisherTest {
  @Test
  void whatTheCheckpointHasPassedEndsWhereItsRecordsDo() throws IOException {
    SmallEngine engine = new SmallEngine(SmallEngine.OPTIONS);
    for (int key = 0; key < 50; key++) {
      engine.put(key, "v".repeat(500));
      engine.work();
    }
    Path path = engine.path(Manifest.NAME);
    Manifest manifest = Manifest.decode(engine.disk().contents(path), path);
    int passed = 0;
    for (Manifest.SegmentEntry entry : manifest.segments()) {
      byte[] bytes = engine.disk().contents(engine.path(Segment.name(entry.id())));
      int used = (Segment.usedBytes(bytes, bytes.length) + 7) / 8 * 8;
      boolean isPassed = entry.id() < manifest.checkpoint().segment();
      assertThat(entry.end()).isEqualTo(isPassed ? used : Manifest.SegmentEntry.OPEN);
      passed += isPassed ? 1 : 0;
    }
    assertThat(passed).isGreaterThan(2);
  }
}
