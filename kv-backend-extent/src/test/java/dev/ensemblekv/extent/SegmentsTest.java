// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SegmentsTest {
  private final StoreFiles files = DecodedFiles.empty();
  private final Segments segments = new Segments();

  private Segment add(int id) throws IOException {
    Segment segment = Segment.create(files, id, Segment.Kind.LOG, 1, 4096);
    segments.add(segment);
    return segment;
  }

  @Test
  void eachIsFoundByItsNumber() throws IOException {
    for (int id = 1; id <= 40; id++) {
      Segment added = add(id * 8);
      assertThat(segments.find(id * 8)).isSameAs(added);
    }
    for (int id = 1; id <= 40; id += 2) {
      segments.remove(segments.get(id * 8));
    }
    for (int id = 0; id <= 400; id++) {
      assertThat(segments.find(id) != null).isEqualTo(id > 0 && id <= 320 && id % 16 == 0);
    }
    assertThat(segments.all()).hasSize(20).extracting(Segment::id).isSorted();
  }

  /** Those between are gone: a store may have old segments and very many that were compacted. */
  @Test
  void theirNumbersMayBeFarApart() throws IOException {
    Segment first = add(1);
    Segment last = add(Integer.MAX_VALUE);
    assertThat(segments.all()).containsExactly(first, last);
    assertThat(segments.find(1)).isSameAs(first);
    assertThat(segments.find(Integer.MAX_VALUE)).isSameAs(last);
    assertThat(segments.find(2)).isNull();
  }

  @Test
  void oneOfTheSameNumberTakesThePlace() throws IOException {
    add(3);
    Segment second = add(3);
    assertThat(segments.all()).containsExactly(second);
  }
}
