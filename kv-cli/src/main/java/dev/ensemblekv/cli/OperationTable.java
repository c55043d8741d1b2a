// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The table of operations that {@code kv top} shows. On a narrow terminal it has fewer columns,
 * those that matter most.
 */
final class OperationTable {

  /** The columns as they stand from left to right. */
  enum Column {
    CALLS_PER_SECOND("calls/s", 11),
    CALLS("calls", 15),
    FAILED("failed", 9),
    MEAN("mean us", 9),
    P50("p50 us", 9),
    P99("p99 us", 9),
    P999("p99.9 us", 9),
    MAX("max us", 9);

    private final String title;
    private final int width;

    Column(String title, int width) {
      this.title = title;
      this.width = width;
    }
  }

  private static final int NAME_WIDTH = 14;

  private static final List<Column> BY_IMPORTANCE =
      List.of(
          Column.CALLS_PER_SECOND,
          Column.P99,
          Column.FAILED,
          Column.P50,
          Column.MAX,
          Column.MEAN,
          Column.P999,
          Column.CALLS);

  private final List<Column> shown = new ArrayList<>();

  /** Creates a table that is at most so many columns of text wide. */
  OperationTable(int columns) {
    int room = columns - NAME_WIDTH;
    for (Column column : BY_IMPORTANCE) {
      if (room > column.width) {
        room -= column.width + 1;
        shown.add(column);
      }
    }
    shown.sort(null);
  }

  String header() {
    return line("operation", column -> column.title);
  }

  /**
   * Returns a row.
   *
   * @param operation the figures of an operation
   * @param callsPerSecond how often it was called
   */
  String row(Attributes operation, long callsPerSecond) {
    return line(
        operation.text("Operation"),
        column ->
            switch (column) {
              case CALLS_PER_SECOND -> whole(callsPerSecond);
              case CALLS -> whole(operation.number("Calls"));
              case FAILED -> whole(operation.number("Failures"));
              case MEAN -> micros(operation.real("SampledMeanMicros"));
              case P50 -> micros(operation.real("SampledP50Micros"));
              case P99 -> micros(operation.real("SampledP99Micros"));
              case P999 -> micros(operation.real("SampledP999Micros"));
              case MAX -> micros(operation.real("SampledMaxMicros"));
            });
  }

  private String line(String name, Function<Column, String> cell) {
    StringBuilder line = new StringBuilder(name).append(spaces(NAME_WIDTH - name.length()));
    for (Column column : shown) {
      String text = cell.apply(column);
      line.append(' ').append(spaces(column.width - text.length())).append(text);
    }
    return line.toString();
  }

  private static String spaces(int count) {
    return " ".repeat(Math.max(0, count));
  }

  private static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String micros(double micros) {
    if (!(micros >= 0)) {
      return "-";
    }
    return String.format(Locale.ROOT, micros < 100 ? "%.1f" : "%,.0f", micros);
  }
}
