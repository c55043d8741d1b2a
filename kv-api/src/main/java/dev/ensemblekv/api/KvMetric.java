// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Locale;

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

  /** Bytes on disk that are known to be superseded or deleted. */
  public static final String DEAD_BYTES = "deadBytes";

  /** Bytes of all files of the store. */
  public static final String DISK_BYTES = "diskBytes";

  /** Bytes written to the files since the store was opened, for whatever reason. */
  public static final String DISK_WRITTEN_BYTES = "diskWrittenBytes";

  /** Files that the store has open. */
  public static final String OPEN_FILES = "openFiles";

  /** Bytes written that a loss of power may take away. */
  public static final String UNSYNCED_BYTES = "unsyncedBytes";

  /** Time since writes were last made durable; left out before the first time. */
  public static final String LAST_SYNC_AGE = "lastSyncAgeNanos";

  /** Age of the oldest snapshot that keeps space from being used again. */
  public static final String OLDEST_READER = "oldestReaderNanos";

  /** What the names of figures end in that tell what a part of the store takes in memory. */
  public static final String MEMORY_BYTES = "MemoryBytes";

  /** What a figure counts. */
  public enum Unit {
    /** Things. */
    COUNT,
    /** Bytes. */
    BYTES,
    /** Bytes a second. */
    BYTES_PER_SECOND,
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

  /**
   * Returns the figure of this store and another together: things and bytes add up, of times, rates
   * and proportions it is the greater. It is only as precise as the less precise one.
   */
  public KvMetric and(KvMetric other) {
    boolean adds = unit == Unit.COUNT || unit == Unit.BYTES || kind == Kind.COUNTER;
    return new KvMetric(
        name,
        adds ? value + other.value : Math.max(value, other.value),
        unit,
        kind,
        precision.compareTo(other.precision) >= 0 ? precision : other.precision,
        text);
  }

  /** Returns what the figure means, with its unit and precision. */
  public String describe() {
    return text
        + " ("
        + unit.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + ", "
        + precision.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + ")";
  }

  /** Returns the figure as a whole number. */
  public long asLong() {
    return Math.round(value);
  }
}
