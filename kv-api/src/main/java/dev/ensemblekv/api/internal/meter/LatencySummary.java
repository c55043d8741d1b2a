// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.meter;

import java.util.SortedMap;

/** What a histogram of durations held at one moment. */
public interface LatencySummary {

  /** Returns how many durations there were. */
  long count();

  /** Returns the greatest. */
  long maxNanos();

  /** Returns the mean. */
  double meanNanos();

  /** Returns a duration that the given part of all does not exceed, and at most 3.2 % too much. */
  long quantileNanos(double quantile);

  /** Returns how many durations were shorter than each bound, in microseconds. */
  SortedMap<Double, Long> cumulativeMicros();
}
