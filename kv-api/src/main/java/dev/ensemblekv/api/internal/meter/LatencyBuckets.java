// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.meter;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * A histogram of durations with a fixed number of buckets: 32 to each power of two, so that the
 * upper end of a bucket is at most 3.2 % above its lower end, as in HdrHistogram. What takes longer
 * than {@value #MOST_NANOS} ns, some 18 minutes, is counted as that. Thread-safe and without
 * allocation.
 */
final class LatencyBuckets {
  static final long MOST_NANOS = (1L << 40) - 1;

  private static final int SUB_BITS = 5;
  private static final int SUB_COUNT = 1 << SUB_BITS;
  private static final int BUCKETS = bucket(MOST_NANOS) + 1;

  /** The cumulative counts are those of the powers of two from here, 0.256 us, ... */
  private static final int FIRST_BOUND = 8;

  /** ... to here, 17 s, each a thousandth less than a full power: there buckets end. */
  private static final int LAST_BOUND = 34;

  private static final double NANOS_PER_MICRO = 1000;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
  private final LongAdder sumNanos = new LongAdder();
  private final LongAccumulator maxNanos = new LongAccumulator(Math::max, 0);

  void record(long nanos) {
    long counted = Math.min(MOST_NANOS, Math.max(0, nanos));
    counts.incrementAndGet(bucket(counted));
    sumNanos.add(counted);
    maxNanos.accumulate(counted);
  }

  /** Returns the bucket of a duration: its leading bit and the five bits after it. */
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

  LatencySummary summary() {
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
  private record Summary(long[] counts, long count, long sumNanos, long maxNanos)
      implements LatencySummary {

    @Override
    public double meanNanos() {
      return count == 0 ? 0 : (double) sumNanos / count;
    }

    @Override
    public long quantileNanos(double quantile) {
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

    @Override
    public SortedMap<Double, Long> cumulativeMicros() {
      SortedMap<Double, Long> cumulative = new TreeMap<>();
      int bucket = 0;
      long seen = 0;
      for (int bound = FIRST_BOUND; bound <= LAST_BOUND; bound++) {
        while (upperNanos(bucket) < 1L << bound) {
          seen += counts[bucket++];
        }
        cumulative.put((1L << bound) / NANOS_PER_MICRO, seen);
      }
      return cumulative;
    }
  }
}
