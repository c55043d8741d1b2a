// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.jmx;

import java.util.SortedMap;

/**
 * The calls of one operation of a store, and how long they take, under {@code
 * dev.ensemblekv:type=Latency,op=get,store=NAME}. Calls are counted exactly; frequent ones are
 * timed by a sample, and what is made of it is named so.
 */
@Description("Calls of one operation and how long they take; times are of a sample of the calls.")
public interface LatencyMXBean {

  /** Returns the operation. */
  @Description("Name of the operation.")
  String getOperation();

  /** Returns the number of calls. */
  @Description("Calls since the store was opened or the statistics were reset; exact.")
  long getCalls();

  /** Returns the number of calls that threw. */
  @Description("Calls that threw, of those; exact.")
  long getFailures();

  /** Returns which part of the calls is timed. */
  @Description("One call in so many is timed, chosen at random.")
  int getSampleEvery();

  /** Returns the number of calls that were timed. */
  @Description("Calls that were timed.")
  long getSampledCalls();

  /** Returns the mean of the sample. */
  @Description("Mean time of the sampled calls, in microseconds.")
  double getSampledMeanMicros();

  /** Returns the greatest of the sample. */
  @Description("Greatest time of the sampled calls, in microseconds.")
  double getSampledMaxMicros();

  /** Returns the median of the sample. */
  @Description("Median of the times of the sampled calls, in microseconds, within 3.2 %.")
  double getSampledP50Micros();

  /** Returns the 90th percentile of the sample. */
  @Description("90th percentile of the times of the sampled calls, in microseconds, within 3.2 %.")
  double getSampledP90Micros();

  /** Returns the 99th percentile of the sample. */
  @Description("99th percentile of the times of the sampled calls, in microseconds, within 3.2 %.")
  double getSampledP99Micros();

  /** Returns the 99.9th percentile of the sample. */
  @Description(
      "99.9th percentile of the times of the sampled calls, in microseconds, within 3.2 %.")
  double getSampledP999Micros();

  /** Returns the 99.99th percentile of the sample. */
  @Description(
      "99.99th percentile of the times of the sampled calls, in microseconds, within 3.2 %.")
  double getSampledP9999Micros();

  /** Returns how many calls of the sample took less than so many microseconds. */
  @Description(
      "How many of the sampled calls took less than so many microseconds, for the powers of two"
          + " of nanoseconds from 0.256 us to 17 s; cumulative.")
  SortedMap<Double, Long> getSampledCumulativeMicros();

  /** Begins to count and time anew. */
  @Description("Begins to count and time the calls of this operation anew.")
  void resetStatistics();
}
