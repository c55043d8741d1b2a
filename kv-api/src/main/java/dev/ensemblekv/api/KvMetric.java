// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * One named figure of a store's {@link KvStats}.
 *
 * @param name such as {@code liveBytes}: lower camel case, the same in JMX and exporters
 * @param value the figure
 * @param unit what it counts
 * @param kind whether it only grows
 * @param precision whether it is exact
 * @param text what it means, in a sentence
 */
public record KvMetric(
    String name, double value, Unit unit, Kind kind, Precision precision, String text) {
  /**
   * Number of live keys, exact or an upper bound, known without I/O; left out by an engine that
   * does not know it.
   */
  public static final String KEYS = "keys";

  /** Bytes of live keys and values without any overhead, known as {@link #KEYS} are. */
  public static final String LIVE_BYTES = "liveBytes";

  /** What a figure counts. */
  public enum Unit {
    /** Things. */
    COUNT,
    /** Bytes. */
    BYTES,
    /** Nanoseconds. */
    NANOSECONDS,
    /** A proportion, where 1 is the whole. */
    RATIO
  }

  /** How a figure moves. */
  public enum Kind {
    /** Up and down. */
    GAUGE,
    /** Only up, from the opening of the store. */
    COUNTER
  }

  /** How far a figure can be trusted. */
  public enum Precision {
    /** It is what it says. */
    EXACT,
    /** The true figure is this or less. */
    UPPER_BOUND,
    /** The true figure is near; the text tells how near. */
    ESTIMATE
  }

  /** Returns an exact gauge. */
  public static KvMetric gauge(String name, long value, Unit unit, String text) {
    return new KvMetric(name, (double) value, unit, Kind.GAUGE, Precision.EXACT, text);
  }

  /** Returns an exact counter. */
  public static KvMetric counter(String name, long value, Unit unit, String text) {
    return new KvMetric(name, (double) value, unit, Kind.COUNTER, Precision.EXACT, text);
  }

  /** Returns a gauge that is at least the true figure. */
  public static KvMetric upperBound(String name, long value, Unit unit, String text) {
    return new KvMetric(name, (double) value, unit, Kind.GAUGE, Precision.UPPER_BOUND, text);
  }

  /** Returns a gauge that is near the true figure; the text tells how near. */
  public static KvMetric estimate(String name, double value, Unit unit, String text) {
    return new KvMetric(name, value, unit, Kind.GAUGE, Precision.ESTIMATE, text);
  }

  /** Returns the figure as a whole number. */
  public long asLong() {
    return Math.round(value);
  }
}
