// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyBucketsTest {
  @Test
  void everyDurationFallsIntoTheBucketThatEndsAtMostAnEighthAboveIt() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long nanos = random.nextLong() >>> (1 + random.nextInt(63));
      int bucket = LatencyBuckets.bucket(nanos);
      long upper = LatencyBuckets.upperNanos(bucket);
      assertThat(upper).isGreaterThanOrEqualTo(nanos);
      assertThat(upper - nanos).isLessThanOrEqualTo(nanos / 8);
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
    LatencyBuckets.Summary summary = buckets.summary();
    assertThat(summary.count()).isEqualTo(nanos.length);
    assertThat(summary.maxNanos()).isEqualTo(nanos[nanos.length - 1]);
    assertThat(summary.meanNanos()).isEqualTo(Arrays.stream(nanos).average().orElseThrow());
    for (double quantile : new double[] {0.5, 0.9, 0.99, 1}) {
      long exact = nanos[(int) Math.ceil(quantile * nanos.length) - 1];
      assertThat(summary.quantileNanos(quantile)).isBetween(exact, exact + exact / 8);
    }
  }

  @Test
  void nothingRecordedIsZero() {
    LatencyBuckets.Summary summary = new LatencyBuckets().summary();
    assertThat(summary.meanNanos()).isZero();
    assertThat(summary.quantileNanos(0.99)).isZero();
  }
}
