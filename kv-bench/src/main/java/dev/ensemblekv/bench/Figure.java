// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.util.Locale;

/**
 * What a number tells: its title, its unit, whether more is better, and how it is written.
 *
 * @param subject what it is of, if several figures are the same measure of different things; else
 *     empty
 * @param measure what it is, with its unit
 * @param unit how it is written
 * @param isOfEngine whether it tells how good an engine is; else what the disk does without one
 */
public record Figure(String subject, String measure, Unit unit, boolean isOfEngine) {
  private static final String UNKNOWN = "n/a";
  private static final double THOUSAND = 1e3;
  private static final double MILLION = 1e6;
  private static final double BILLION = 1e9;
  private static final double TRILLION = 1e12;

  /** How numbers are written, and which are the better ones. */
  public enum Unit {
    /** So many per second. */
    PER_SECOND(true, ""),
    /** A part of what would be possible. */
    SHARE(true, ""),
    /** A duration in microseconds. */
    MICROSECONDS(false, ""),
    /** A duration in milliseconds. */
    MILLISECONDS(false, ", ms"),
    /** A duration in seconds. */
    SECONDS(false, ", s"),
    /** What is spent by what is needed. */
    RATIO(false, ""),
    /** A part of one, shown in hundredths. */
    PERCENT(false, ", part of one"),
    /** A number of things. */
    COUNT(false, ""),
    /** A number of bytes. */
    BYTES(false, ", bytes");

    private final boolean moreIsBetter;
    private final String inCharts;

    Unit(boolean moreIsBetter, String inCharts) {
      this.moreIsBetter = moreIsBetter;
      this.inCharts = inCharts;
    }
  }

  /** Makes a figure of an engine. */
  public Figure(String subject, String measure, Unit unit) {
    this(subject, measure, unit, true);
  }

  /** Makes a figure of an engine that is the only one of its measure. */
  public Figure(String measure, Unit unit) {
    this("", measure, unit);
  }

  /** Makes a figure of the disk that engines are held against. */
  public static Figure ofDisk(String measure, Unit unit) {
    return new Figure("", measure, unit, false);
  }

  /** Returns what stands above it. */
  public String title() {
    return subject.isEmpty() ? measure : subject + " " + measure;
  }

  /** Returns what stands above a chart of it, where numbers are in base units. */
  public String chartTitle() {
    return measure + unit.inCharts;
  }

  /** Tells whether a number is better than another. */
  boolean isBetter(double number, double other) {
    return unit.moreIsBetter ? number > other : number < other;
  }

  /**
   * Tells how many times as good another number is; not a number if one is not known. A rate that
   * is not known is none: the engine cannot do it.
   */
  double timesAsGood(double other, double number) {
    if (!Double.isFinite(number) || !Double.isFinite(other)) {
      boolean cannot = unit == Unit.PER_SECOND && Double.isNaN(number) && other > 0;
      return cannot ? Double.POSITIVE_INFINITY : Double.NaN;
    }
    double own = Math.max(0, number); // memory may have become less than before
    double others = Math.max(0, other);
    return unit.moreIsBetter ? others / own : own / others;
  }

  /** Writes a number; n/a if it is not known. */
  public String format(double value) {
    if (!Double.isFinite(value)) {
      return UNKNOWN;
    }
    return switch (unit) {
      case PER_SECOND -> rate(value);
      case MICROSECONDS -> value < 1 ? text("%.2f", value) : decimal(value);
      case MILLISECONDS -> decimal(value) + " ms";
      case SECONDS -> decimal(value) + " s";
      case RATIO, SHARE -> formatRatio(value);
      case PERCENT -> text("%.1f %%", value * 100);
      case COUNT -> text("%.0f", value);
      case BYTES -> size(value);
    };
  }

  /** Writes a ratio of two numbers; n/a if one of them is not known. */
  static String formatRatio(double ratio) {
    return Double.isFinite(ratio) ? text("%.2f", ratio) : UNKNOWN;
  }

  private static String rate(double value) {
    return value < 10 * THOUSAND ? decimal(value) : text("%.0f k", value / THOUSAND);
  }

  private static String size(double value) {
    double size = Math.abs(value); // what grew may have become less
    if (size < BILLION) {
      return size < MILLION ? decimal(value / THOUSAND) + " KB" : decimal(value / MILLION) + " MB";
    }
    return size < TRILLION ? text("%.2f GB", value / BILLION) : text("%.2f TB", value / TRILLION);
  }

  private static String decimal(double value) {
    return text(Math.abs(value) < 10 ? "%.1f" : "%.0f", value);
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
