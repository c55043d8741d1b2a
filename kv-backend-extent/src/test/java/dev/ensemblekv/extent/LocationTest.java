// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LocationTest {
  private static final long GREATEST_SINGLE_CLASS = 128 << 20;

  private static final long MOST_RECORD_BYTES =
      RecordFormat.bytes(RecordFormat.MAX_KEY_BYTES, 256 << 20);

  @Test
  void aSizeClassHoldsTheRecordAndLittleMore() {
    for (long bytes = RecordFormat.HEADER_BYTES;
        bytes <= MOST_RECORD_BYTES;
        bytes += 8 + bytes / 50) {
      int counted = Location.bytes(Location.ofValue(1, 64, bytes));
      assertThat((long) counted)
          .isGreaterThanOrEqualTo(bytes)
          .isLessThan(Math.max(33, bytes <= GREATEST_SINGLE_CLASS ? 2 * bytes : 4 * bytes));
    }
  }

  @Test
  void whatIsPutInComesOut() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      int segment = random.nextInt() >>> random.nextInt(32);
      long offset =
          StoreFiles.HEADER_BYTES + random.nextLong(Location.MAX_SEGMENT_BYTES - 64) / 8 * 8;
      long bytes = 24 + random.nextLong(MOST_RECORD_BYTES);
      long location = Location.ofValue(segment, offset, bytes);
      assertThat(location).isNotEqualTo(Location.NONE);
      assertThat(Location.segment(location)).isEqualTo(segment);
      assertThat(Location.offset(location)).isEqualTo(offset);
      assertThat(Location.isTombstone(location)).isFalse();
      assertThat(Location.moved(location, 7, 64)).isEqualTo(Location.ofValue(7, 64, bytes));
      long tombstone = Location.ofTombstone(segment, offset);
      assertThat(Location.isTombstone(tombstone)).isTrue();
      assertThat(Location.segment(tombstone)).isEqualTo(segment);
      assertThat(Location.offset(tombstone)).isEqualTo(offset);
    }
  }
}
