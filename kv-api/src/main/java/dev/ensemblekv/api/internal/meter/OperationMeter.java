// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.meter;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls of one operation exactly and times some of them: reading the clock twice costs
 * as much as a short call. Thread-safe.
 */
public final class OperationMeter {
  /** What is added to the name of the operation in the names of figures. */
  static final List<String> SUFFIXES =
      List.of(
          "Calls",
          "Failures",
          "SampledMeanNanos",
          "SampledP50Nanos",
          "SampledP99Nanos",
          "SampledMaxNanos");

  private static final long NOT_SAMPLED = 0;

  private final String operation;
  private final int sampleEvery;
  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile LatencyBuckets latency = new LatencyBuckets();

  /**
   * Creates a meter.
   *
   * @param sampleEvery one call in so many is timed; a power of two
   */
  OperationMeter(String operation, int sampleEvery) {
    assert Integer.bitCount(sampleEvery) == 1 : sampleEvery;
    this.operation = operation;
    this.sampleEvery = sampleEvery;
  }

  /** Returns the name of the operation. */
  public String operation() {
    return operation;
  }

  /** Returns which part of the calls is timed: one in so many. */
  public int sampleEvery() {
    return sampleEvery;
  }

  /** Returns the number of calls. */
  public long calls() {
    return calls.sum();
  }

  /** Returns the number of calls that threw. */
  public long failures() {
    return failures.sum();
  }

  /** Returns how long the sampled calls took. */
  public LatencySummary latency() {
    return latency.summary();
  }

  /** Begins anew; calls that are under way may be counted in part. */
  public void reset() {
    calls.reset();
    failures.reset();
    latency = new LatencyBuckets();
  }

  /** Counts a call; what it returns goes to {@link #end}. */
  long begin() {
    calls.increment();
    if (sampleEvery > 1 && (ThreadLocalRandom.current().nextInt() & (sampleEvery - 1)) != 0) {
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
        KvMetric.counter(operation + "Calls", calls(), Unit.COUNT, "Calls of " + operation + "."));
    stats.metric(
        KvMetric.counter(
            operation + "Failures",
            failures(),
            Unit.COUNT,
            "Calls of " + operation + " that threw."));
    if (calls() == 0) {
      return; // nor is there any in more than a thousand buckets
    }
    LatencySummary summary = latency();
    if (summary.count() > 0) {
      latency(stats, "SampledMeanNanos", summary.meanNanos(), "mean");
      latency(stats, "SampledP50Nanos", (double) summary.quantileNanos(0.50), "median");
      latency(stats, "SampledP99Nanos", (double) summary.quantileNanos(0.99), "99th percentile");
      latency(stats, "SampledMaxNanos", (double) summary.maxNanos(), "greatest");
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
                + sampleEvery
                + ", within 3.2 %."));
  }
}
