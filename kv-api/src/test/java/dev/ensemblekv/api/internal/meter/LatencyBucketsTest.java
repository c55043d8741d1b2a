// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
  @Test
  void everyDurationFallsIntoTheBucketThatEndsAtMostAThirtySecondAboveIt() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long nanos = random.nextLong() >>> (24 + random.nextInt(40));
      int bucket = LatencyBuckets.bucket(nanos);
      long upper = LatencyBuckets.upperNanos(bucket);
      assertThat(upper).isGreaterThanOrEqualTo(nanos);
      assertThat(upper - nanos).isLessThanOrEqualTo(nanos / 32);
      if (bucket > 0) {
        assertThat(LatencyBuckets.upperNanos(bucket - 1)).isLessThan(nanos);
      }
    }
  }

  @Test
  void quantilesAreThoseOfTheSortedDurationsWithinABucket() {
    SplittableRandom random = new SplittableRandom(2);
    long[] nanos = random.longs(10_000, 100, 1_000_000).toArray();
    LatencyBuckets buckets = new LatencyBuckets();
    Arrays.stream(nanos).forEach(buckets::record);
    Arrays.sort(nanos);
    LatencySummary summary = buckets.summary();
    assertThat(summary.count()).isEqualTo(nanos.length);
    assertThat(summary.maxNanos()).isEqualTo(nanos[nanos.length - 1]);
    assertThat(summary.meanNanos()).isEqualTo(Arrays.stream(nanos).average().orElseThrow());
    for (double quantile : new double[] {0.5, 0.9, 0.99, 1}) {
      long exact = nanos[(int) Math.ceil(quantile * nanos.length) - 1];
      assertThat(summary.quantileNanos(quantile)).isBetween(exact, exact + exact / 32);
    }
  }

  @Test
  void nothingRecordedIsZero() {
    LatencySummary summary = new LatencyBuckets().summary();
    assertThat(summary.meanNanos()).isZero();
    assertThat(summary.quantileNanos(0.99)).isZero();
  }

  @Test
  void whatTakesTooLongIsCountedAsTheMost() {
    LatencyBuckets buckets = new LatencyBuckets();
    buckets.record(Long.MAX_VALUE);
    buckets.record(-1);
    assertThat(buckets.summary().maxNanos()).isEqualTo(LatencyBuckets.MOST_NANOS);
    assertThat(buckets.summary().count()).isEqualTo(2);
    assertThat(buckets.summary().quantileNanos(0.5)).isZero();
  }

  @Test
  void cumulativeCountsAreExactAtTheirBounds() {
    SplittableRandom random = new SplittableRandom(3);
    long[] nanos = random.longs(10_000, 0, 1 << 20).toArray();
    LatencyBuckets buckets = new LatencyBuckets();
    Arrays.stream(nanos).forEach(buckets::record);
    buckets.record(1L << 35); // beyond the last bound

    assertThat(buckets.summary().cumulativeMicros())
        .hasSize(27)
        .allSatisfy(
            (micros, count) ->
                assertThat(count)
                    .isEqualTo(Arrays.stream(nanos).filter(n -> n < micros * 1000).count()));
  }
}
