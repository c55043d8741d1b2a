// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What LevelDB tells of its levels, in whole megabytes and seconds.
 *
 * <pre>{@code
 *                                Compactions
 * Level  Files Size(MB) Time(sec) Read(MB) Write(MB)
 * --------------------------------------------------
 *   0        2        8         0        0         8
 * }</pre>
 */
record LevelFigures(List<Level> levels) {
  /** The property of LevelDB that tells them; asking takes the mutex that writers take. */
  static final String PROPERTY = "leveldb.stats";

  static final LevelFigures NONE = new LevelFigures(List.of());

  private static final String NUMBER = "\\s+(\\d+)";
  private static final Pattern LINE =
      Pattern.compile("(?m)^\\s*(\\d+)" + NUMBER.repeat(5) + "\\s*$");
  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;

  /** One level: its tables, and what compactions into it took since the store was opened. */
  record Level(int number, long files, long mib, long seconds, long readMib, long writtenMib) {}

  LevelFigures {
    levels = List.copyOf(levels);
  }

  static LevelFigures parse(String text) {
    List<Level> levels = new ArrayList<>();
    Matcher line = LINE.matcher(text);
    while (line.find()) {
      levels.add(
          new Level(
              Integer.parseInt(line.group(1)),
              Long.parseLong(line.group(2)),
              Long.parseLong(line.group(3)),
              Long.parseLong(line.group(4)),
              Long.parseLong(line.group(5)),
              Long.parseLong(line.group(6))));
    }
    return new LevelFigures(levels);
  }

  /** Returns at most how many bytes all tables have. */
  long maxTableBytes() {
    long bytes = 0;
    for (Level level : levels) {
      bytes += level.files == 0 ? 0 : (level.mib + 1) * MIB; // what is shown is rounded
    }
    return bytes;
  }

  /** Returns how many tables there are. */
  long tables() {
    return levels.stream().mapToLong(Level::files).sum();
  }

  /** Returns about how many bytes were written to tables. */
  long writtenBytes() {
    return levels.stream().mapToLong(Level::writtenMib).sum() * MIB;
  }

  void addTo(KvStats.Builder stats) {
    stats.metric(KvMetric.gauge("tables", tables(), Unit.COUNT, "Tables of all levels."));
    stats.metric(
        KvMetric.upperBound("tableBytes", maxTableBytes(), Unit.BYTES, "Bytes of all tables."));
    for (Level level : levels) {
      String name = "level" + level.number;
      String of = " level " + level.number;
      stats.metric(
          KvMetric.gauge(name + "Tables", level.files, Unit.COUNT, "Tables of" + of + "."));
      stats.metric(rounded(name + "Bytes", level.mib, "Bytes of the tables of" + of));
      stats.metric(
          rounded(name + "ReadBytes", level.readMib, "Bytes that compactions into" + of + " read"));
      stats.metric(
          rounded(
              name + "WrittenBytes",
              level.writtenMib,
              "Bytes that compactions into" + of + " wrote"));
      stats.metric(
          KvMetric.estimate(
              name + "CompactionNanos",
              (double) level.seconds * SECOND,
              Unit.NANOSECONDS,
              "Time of compactions into" + of + ", to half a second."));
    }
  }

  private static KvMetric rounded(String name, long mib, String text) {
    return KvMetric.estimate(name, (double) mib * MIB, Unit.BYTES, text + ", to half a MiB.");
  }
}
