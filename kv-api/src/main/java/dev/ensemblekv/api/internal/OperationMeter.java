// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls of one operation exactly and times one in {@value #SAMPLE_EVERY} of them:
 * reading the clock twice costs as much as a short call. Thread-safe.
 */
final class OperationMeter {
  static final int SAMPLE_EVERY = 64;

  private static final long NOT_SAMPLED = 0;

  private final String operation;
  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LatencyBuckets latency = new LatencyBuckets();

  OperationMeter(String operation) {
    this.operation = operation;
  }

  /** Counts a call; what it returns goes to {@link #end}. */
  long begin() {
    calls.increment();
    if ((ThreadLocalRandom.current().nextInt() & (SAMPLE_EVERY - 1)) != 0) {
      return NOT_SAMPLED;
    }
    return System.nanoTime() | 1; // never NOT_SAMPLED
  }

  void end(long begun) {
    if (begun != NOT_SAMPLED) {
      latency.record(System.nanoTime() - begun);
    }
  }

  void failed() {
    failures.increment();
  }

  void addTo(KvStats.Builder stats) {
    stats.metric(
        KvMetric.counter(
            operation + "Calls", calls.sum(), Unit.COUNT, "Calls of " + operation + "."));
    stats.metric(
        KvMetric.counter(
            operation + "Failures",
            failures.sum(),
            Unit.COUNT,
            "Calls of " + operation + " that threw."));
    LatencyBuckets.Summary summary = latency.summary();
    if (summary.count() > 0) {
      latency(stats, "MeanSampled", summary.meanNanos(), "mean");
      latency(stats, "P50Sampled", (double) summary.quantileNanos(0.50), "median");
      latency(stats, "P99Sampled", (double) summary.quantileNanos(0.99), "99th percentile");
      latency(stats, "MaxSampled", (double) summary.maxNanos(), "greatest");
    }
  }

  private void latency(KvStats.Builder stats, String suffix, double nanos, String which) {
    stats.metric(
        KvMetric.estimate(
            operation + suffix,
            nanos,
            Unit.NANOSECONDS,
            "Latency of "
                + operation
                + ", "
                + which
                + " of a sample of one call in "
                + SAMPLE_EVERY
                + ", within 13 %."));
  }
}
