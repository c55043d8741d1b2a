// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.KvCapacity;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SubstoreSizeTest {
  private static final KvCapacity CAPACITY = new KvCapacity(1000, 1_000_000);

  @Test
  void limitsAreSpreadEvenlyOverADoubling() {
    long[] sorted =
        IntStream.range(0, 64)
            .mapToLong(id -> SubstoreSize.staggered(1_000_000, id))
            .sorted()
            .toArray();
    assertThat(sorted[0]).isBetween(500_000L, 510_000L);
    assertThat(sorted[63]).isEqualTo(1_000_000);
    for (int i = 1; i < sorted.length; i++) {
      double step = Math.log((double) sorted[i] / sorted[i - 1]) / Math.log(2);
      assertThat(step).as("gap after limit %d, in doublings", i).isLessThan(0.05);
    }
  }

  @Test
  void theMarkIsReachedByPutsAndMovesOnAfterACount() {
    SubstoreSize size = SubstoreSize.exact(CAPACITY, 0, 0, 0);
    for (int i = 0; i < 999; i++) {
      size.add(1, 10);
    }
    assertThat(size.isMarkReached()).isFalse();
    size.add(1, 10);
    assertThat(size.isMarkReached()).isTrue();

    size.correct(980, size.keysBound(), 9800, size.bytesBound());
    assertThat(size.keysBound()).isEqualTo(980);
    for (int i = 0; i < 49; i++) {
      size.add(1, 10);
      assertThat(size.isMarkReached()).as("put %d after the count", i).isFalse();
    }
    size.add(1, 10);
    assertThat(size.isMarkReached()).as("5 %% of the limit after the count").isTrue();
  }

  @Test
  void aCountKeepsWhatWasPutMeanwhile() {
    SubstoreSize size = SubstoreSize.exact(CAPACITY, 0, 500, 5000);
    long keysBefore = size.keysBound();
    long bytesBefore = size.bytesBound();
    size.add(1, 10);
    size.correct(100, keysBefore, 1000, bytesBefore);
    assertThat(size.keysBound()).isEqualTo(101);
    assertThat(size.bytesBound()).isEqualTo(1010);
  }

  @Test
  void onlyBoundsNeedToBeRecorded() {
    SubstoreSize exact = SubstoreSize.exact(CAPACITY, 0, 0, 0);
    SubstoreSize bounded = SubstoreSize.bounded(CAPACITY, 0, 0, 0);
    for (int i = 0; i < 10_000; i++) {
      exact.add(1, 1);
      bounded.add(1, 1);
    }
    assertThat(exact.isRecordDue()).isFalse();
    assertThat(bounded.isRecordDue()).isTrue();
    bounded.recorded(bounded.keysBound(), bounded.bytesBound());
    assertThat(bounded.isRecordDue()).isFalse();
  }
}
