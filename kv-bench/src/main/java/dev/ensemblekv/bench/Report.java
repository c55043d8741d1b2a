// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What was measured: a figure per column, engine and round, where each round measures every engine
 * once. Written as Markdown tables, with an engine per row, and as CSV, with a round and an engine
 * per row.
 */
public final class Report {
  private final String title;
  private final List<String> engines;
  private final List<List<Column>> tables;
  private final List<Map<String, Map<Column, Double>>> rounds = new ArrayList<>();
  private final Map<String, String> notes = new LinkedHashMap<>();

  /**
   * Begins a report.
   *
   * @param title what stands above the names of the engines
   * @param engines what was compared; the others are held against the first
   * @param tables what was measured: the columns of each table
   */
  public Report(String title, List<String> engines, List<List<Column>> tables) {
    this.title = title;
    this.engines = List.copyOf(engines);
    this.tables = List.copyOf(tables);
  }

  /** Begins the next round. */
  public void beginRound() {
    rounds.add(new TreeMap<>());
  }

  /** Adds what an engine did in this round. */
  public void add(String engine, Map<Column, Double> figures) {
    rounds.get(rounds.size() - 1).put(engine, Map.copyOf(figures));
  }

  /** Adds something to be said of an engine. */
  public void note(String engine, String note) {
    notes.put(engine, note);
  }

  /** Writes the medians; of several rounds also the ranges, and the ratios to the first engine. */
  public String toMarkdown() {
    StringBuilder text = new StringBuilder();
    notes.forEach((engine, note) -> text.append("- " + engine + ": " + note + "\n"));
    for (List<Column> columns : tables) {
      text.append('\n').append(table(columns, title, this::median));
      if (rounds.size() > 1) {
        text.append('\n').append(table(columns, "from ... to", this::range));
      }
      if (engines.size() > 1) {
        text.append('\n').append(table(columns, "ratio to " + engines.get(0), this::ratio));
      }
    }
    return text.toString();
  }

  private String table(
      List<Column> columns, String corner, BiFunction<String, Column, String> cell) {
    StringBuilder table = new StringBuilder();
    table.append(row(columns, corner, Column::title));
    table.append("|").append("---|".repeat(columns.size() + 1)).append('\n');
    for (String engine : engines) {
      table.append(row(columns, engine, column -> cell.apply(engine, column)));
    }
    return table.toString();
  }

  private static String row(List<Column> columns, String first, Function<Column, String> cell) {
    return columns.stream()
        .map(cell)
        .collect(Collectors.joining(" | ", "| " + first + " | ", " |\n"));
  }

  private String median(String engine, Column column) {
    return column.format(median(values(engine, column)));
  }

  private String range(String engine, Column column) {
    double[] sorted = values(engine, column);
    return column.format(sorted[0]) + " ... " + column.format(sorted[sorted.length - 1]);
  }

  /** Within a round, as all engines are slow in a round in which the machine is busy. */
  private String ratio(String engine, Column column) {
    double[] ratios =
        rounds.stream()
            .mapToDouble(
                round -> value(round, engine, column) / value(round, engines.get(0), column))
            .sorted()
            .toArray();
    String median = Column.formatRatio(median(ratios));
    return ratios.length == 1 || engine.equals(engines.get(0))
        ? median
        : median
            + " ("
            + Column.formatRatio(ratios[0])
            + " ... "
            + Column.formatRatio(ratios[ratios.length - 1])
            + ")";
  }

  private double[] values(String engine, Column column) {
    return rounds.stream().mapToDouble(round -> value(round, engine, column)).sorted().toArray();
  }

  private static double value(
      Map<String, Map<Column, Double>> round, String engine, Column column) {
    Map<Column, Double> figures = round.get(engine);
    Double value = figures == null ? null : figures.get(column);
    return value == null ? Double.NaN : value;
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Writes every figure of every round, in base units. */
  public String toCsv() {
    List<Column> columns = tables.stream().flatMap(List::stream).toList();
    StringBuilder text = new StringBuilder("round,engine");
    columns.forEach(column -> text.append(',').append(column.title()));
    text.append('\n');
    for (int i = 0; i < rounds.size(); i++) {
      for (String engine : engines) {
        text.append(i + 1).append(",\"").append(engine).append('"');
        for (Column column : columns) {
          text.append(',').append(value(rounds.get(i), engine, column));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }
}
