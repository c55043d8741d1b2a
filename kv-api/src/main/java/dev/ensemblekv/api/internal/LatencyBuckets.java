// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * A histogram of durations with a fixed number of buckets: eight to each power of two, so that the
 * upper end of a bucket is at most 12.5 % above its lower end, as in HdrHistogram with one
 * significant digit. Thread-safe and without allocation.
 */
final class LatencyBuckets {
  private static final int SUB_BITS = 3;
  private static final int SUB_COUNT = 1 << SUB_BITS;
  private static final int BUCKETS = (Long.SIZE - SUB_BITS) << SUB_BITS;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
  private final LongAdder sumNanos = new LongAdder();
  private final LongAccumulator maxNanos = new LongAccumulator(Math::max, 0);

  void record(long nanos) {
    long counted = Math.max(0, nanos);
    counts.incrementAndGet(bucket(counted));
    sumNanos.add(counted);
    maxNanos.accumulate(counted);
  }

  /** Returns the bucket of a duration: its leading bit and the three bits after it. */
  static int bucket(long nanos) {
    if (nanos < SUB_COUNT) {
      return (int) nanos;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int sub = (int) (nanos >>> (exponent - SUB_BITS)) & (SUB_COUNT - 1);
    return ((exponent - SUB_BITS + 1) << SUB_BITS) + sub;
  }

  /** Returns the greatest duration that falls into a bucket. */
  static long upperNanos(int bucket) {
    if (bucket < SUB_COUNT) {
      return bucket;
    }
    int shift = (bucket >>> SUB_BITS) - 1;
    long next = (long) SUB_COUNT + (bucket & (SUB_COUNT - 1)) + 1;
    return (next << shift) - 1;
  }

  Summary summary() {
    long[] copy = new long[BUCKETS];
    long count = 0;
    for (int i = 0; i < BUCKETS; i++) {
      copy[i] = counts.get(i);
      count += copy[i];
    }
    return new Summary(copy, count, sumNanos.sum(), maxNanos.get());
  }

  /**
   * The state of a histogram at one moment.
   *
   * @param counts of each bucket
   * @param count of all
   * @param sumNanos of all durations
   * @param maxNanos greatest duration
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Summary(long[] counts, long count, long sumNanos, long maxNanos) {

    double meanNanos() {
      return count == 0 ? 0 : (double) sumNanos / count;
    }

    /** Returns a duration that the given part of all does not exceed. */
    long quantileNanos(double quantile) {
      long rank = Math.max(1, (long) Math.ceil(quantile * count));
      long seen = 0;
      for (int i = 0; i < counts.length; i++) {
        seen += counts[i];
        if (seen >= rank) {
          return Math.min(upperNanos(i), maxNanos);
        }
      }
      return maxNanos;
    }
  }
}
