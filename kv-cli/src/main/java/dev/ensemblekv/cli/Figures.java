// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvMetric;
import java.time.Duration;
import java.util.Locale;

/** Figures as people read them. */
final class Figures {
  private static final String[] SIZE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final double NANOS_PER_SECOND = 1e9;

  private Figures() {}

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Writes a number of things: {@code 1 pair}, {@code 2 pairs}. */
  static String count(long count, String thing) {
    return count(count) + " " + thing + (count == 1 ? "" : "s");
  }

  static String bytes(long bytes) {
    int power = 0;
    double units = (double) bytes;
    while (units >= 1024 && power < SIZE_UNITS.length - 1) {
      units /= 1024;
      power++;
    }
    return power == 0
        ? String.format(Locale.ROOT, "%,d B", Math.round(units))
        : String.format(Locale.ROOT, "%.1f %s", units, SIZE_UNITS[power]);
  }

  /** Returns a duration in seconds. */
  static double seconds(Duration duration) {
    return duration.toNanos() / NANOS_PER_SECOND;
  }

  /** Writes a duration in seconds. */
  static String time(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", seconds(duration));
  }

  /** Returns how many per second, without dividing by nothing. */
  static long perSecond(long amount, Duration duration) {
    return Math.round(amount / Math.max(1e-3, seconds(duration)));
  }

  /** Writes a metric's value in its unit. */
  static String value(KvMetric metric) {
    return switch (metric.unit()) {
      case COUNT -> number(metric.value());
      case BYTES -> bytes(metric.asLong());
      case BYTES_PER_SECOND -> bytes(metric.asLong()) + "/s";
      case NANOSECONDS -> nanos(metric.value());
      case RATIO -> String.format(Locale.ROOT, "%.3f", metric.value());
    };
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? count(Math.round(value))
        : String.format(Locale.ROOT, "%,.2f", value);
  }

  private static String nanos(double nanos) {
    if (nanos < 1e4) {
      return number(nanos) + " ns";
    }
    return nanos < 1e7
        ? String.format(Locale.ROOT, "%,.1f us", nanos / 1e3)
        : String.format(Locale.ROOT, "%,.1f ms", nanos / 1e6);
  }
}
