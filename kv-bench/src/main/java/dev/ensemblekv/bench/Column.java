// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.util.Locale;

/**
 * A figure that is measured of each engine.
 *
 * @param title what it is, with its unit
 * @param unit how it is written
 */
public record Column(String title, Unit unit) {

  /** How figures are written. */
  public enum Unit {
    /** So many per second; the more the better. */
    PER_SECOND,
    /** A duration in microseconds. */
    MICROSECONDS,
    /** A duration in milliseconds. */
    MILLISECONDS,
    /** A ratio. */
    RATIO,
    /** A number of bytes. */
    BYTES
  }

  private static final String UNKNOWN = "n/a";
  private static final double THOUSAND = 1e3;
  private static final double MILLION = 1e6;

  /** Writes a ratio of two figures of this column; n/a if one of them is not known. */
  static String formatRatio(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : UNKNOWN;
  }

  String format(double value) {
    if (!Double.isFinite(value)) {
      return UNKNOWN;
    }
    return switch (unit) {
      case PER_SECOND -> rate(value);
      case MICROSECONDS ->
          value < 1 ? String.format(Locale.ROOT, "%.2f", value) : decimal(value, "");
      case MILLISECONDS -> decimal(value, " ms");
      case RATIO -> formatRatio(value);
      case BYTES ->
          value < MILLION * THOUSAND
              ? decimal(value / MILLION, " MB")
              : String.format(Locale.ROOT, "%.2f GB", value / (MILLION * THOUSAND));
    };
  }

  private static String rate(double value) {
    return value < 10 * THOUSAND
        ? decimal(value, "")
        : String.format(Locale.ROOT, "%.0f k", value / THOUSAND);
  }

  private static String decimal(double value, String unit) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f%s" : "%.0f%s", value, unit);
  }
}
