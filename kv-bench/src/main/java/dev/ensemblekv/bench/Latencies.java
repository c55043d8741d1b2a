// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.Figure.Unit;
import java.util.List;
import org.HdrHistogram.Histogram;

/** How long calls take: the percentiles of durations in nanoseconds, in microseconds. */
public final class Latencies {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double MAX = 100;
  private static final List<Double> SHOWN = List.of(50.0, 90.0, 99.0, 99.9, 99.99, MAX);

  private Latencies() {}

  /** Returns the figures that tell how long calls take. */
  public static List<Figure> of(String subject) {
    return SHOWN.stream().map(percentile -> figure(subject, percentile)).toList();
  }

  private static Figure figure(String subject, double percentile) {
    return new Figure(subject, name(percentile) + " us", Unit.MICROSECONDS);
  }

  /** Returns how a percentile is called. */
  public static String name(double percentile) {
    return percentile == MAX ? "max" : "p" + Double.toString(percentile).replaceAll("\\.0$", "");
  }

  /** Tells how long calls took. */
  public static void put(String subject, Histogram nanos, Outcome outcome) {
    for (double percentile : SHOWN) {
      outcome.put(figure(subject, percentile), micros(nanos, percentile));
    }
  }

  /** Returns a percentile in microseconds. */
  public static double micros(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }
}
