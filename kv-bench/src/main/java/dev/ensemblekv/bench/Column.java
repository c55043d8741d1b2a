// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.util.Locale;

/**
 * A figure that is measured of each engine.
 *
 * @param subject what it is of, if several columns measure the same of different things; else empty
 * @param measure what it is, with its unit
 * @param unit how it is written
 */
public record Column(String subject, String measure, Unit unit) {

  /** How figures are written, and which are the better ones. */
  public enum Unit {
    /** So many per second. */
    PER_SECOND(true),
    /** A part of what would be possible. */
    SHARE(true),
    /** A duration in microseconds. */
    MICROSECONDS(false),
    /** A duration in milliseconds. */
    MILLISECONDS(false),
    /** What is spent by what is needed. */
    RATIO(false),
    /** A number of bytes. */
    BYTES(false);

    private final boolean moreIsBetter;

    Unit(boolean moreIsBetter) {
      this.moreIsBetter = moreIsBetter;
    }
  }

  /** Makes a column that is the only one to measure this. */
  public Column(String measure, Unit unit) {
    this("", measure, unit);
  }

  /** Returns what stands above it. */
  String title() {
    return subject.isEmpty() ? measure : subject + " " + measure;
  }

  /** Returns what stands above a chart of it, where figures are in base units. */
  String chartTitle() {
    return switch (unit) {
      case MILLISECONDS -> measure + ", ms";
      case BYTES -> measure + ", bytes";
      default -> measure;
    };
  }

  /** Tells whether a figure is better than another. */
  boolean isBetter(double figure, double other) {
    return unit.moreIsBetter ? figure > other : figure < other;
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
      case RATIO, SHARE -> formatRatio(value);
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
