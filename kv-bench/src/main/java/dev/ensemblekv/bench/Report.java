// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Csv;
import dev.ensemblekv.bench.report.Line;
import dev.ensemblekv.bench.report.Point;
import dev.ensemblekv.bench.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was measured: a figure per column, engine and round, where each round measures every engine
 * once, and lines of points. Shown as tables with an engine per row, as charts, and as CSV with a
 * round and an engine per row.
 */
public final class Report {
  private final String title;
  private final List<String> engines;
  private final List<List<Column>> tables;
  private final List<Map<String, Map<Column, Double>>> rounds = new ArrayList<>();
  private final Map<String, String> notes = new LinkedHashMap<>();
  private final Map<Chart, List<Line>> lines = new LinkedHashMap<>();

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

  /**
   * Adds a line that was measured of an engine in this round.
   *
   * @param chart where it is shown, without lines
   */
  public void add(Chart chart, String engine, List<Point> points) {
    lines
        .computeIfAbsent(chart, c -> new ArrayList<>())
        .add(new Line(engine, rounds.size(), points));
  }

  /** Adds something to be said of an engine. */
  public void note(String engine, String note) {
    notes.put(engine, note);
  }

  /** Returns what is to be said of the engines. */
  List<String> notes() {
    return notes.entrySet().stream().map(note -> note.getKey() + ": " + note.getValue()).toList();
  }

  /**
   * Returns the medians; of several rounds also the ranges, and the ratios to the first engine; at
   * last the first engine beside the best library.
   */
  List<Table> tables() {
    List<Table> shown = new ArrayList<>();
    for (List<Column> columns : tables) {
      shown.add(table(columns, title, this::median));
      if (rounds.size() > 1) {
        shown.add(table(columns, "from ... to", this::range));
      }
      if (engines.size() > 1) {
        shown.add(table(columns, "ratio to " + engines.get(0), this::ratio));
      }
    }
    shown.addAll(BestLibrary.of(this, columns()));
    return shown;
  }

  /** Returns how many calls per second the first engine does beside the best library. */
  List<Table> summary() {
    return BestLibrary.of(
        this,
        columns().stream().filter(column -> column.unit() == Column.Unit.PER_SECOND).toList());
  }

  /** Returns how many rounds there were. */
  int rounds() {
    return rounds.size();
  }

  private Table table(
      List<Column> columns, String corner, BiFunction<String, Column, String> cell) {
    return new Table(
        Stream.concat(Stream.of(corner), columns.stream().map(Column::title)).toList(),
        engines.stream()
            .map(
                engine ->
                    Stream.concat(
                            Stream.of(engine),
                            columns.stream().map(column -> cell.apply(engine, column)))
                        .toList())
            .toList());
  }

  /** Returns what was compared. */
  List<String> engines() {
    return engines;
  }

  /** Returns what was measured. */
  List<Column> columns() {
    return tables.stream().flatMap(List::stream).toList();
  }

  /** Returns what stands above the names of the engines. */
  String title() {
    return title;
  }

  private String median(String engine, Column column) {
    return column.format(medianOf(engine, column));
  }

  /** Returns the median of all rounds. */
  double medianOf(String engine, Column column) {
    return median(values(engine, column));
  }

  private String range(String engine, Column column) {
    double[] sorted = values(engine, column);
    return column.format(sorted[0]) + " ... " + column.format(sorted[sorted.length - 1]);
  }

  private String ratio(String engine, Column column) {
    return ratio(engine, engines.get(0), column);
  }

  /** Within a round, as all engines are slow in a round in which the machine is busy. */
  String ratio(String engine, String other, Column column) {
    double[] ratios =
        rounds.stream()
            .mapToDouble(round -> value(round, engine, column) / value(round, other, column))
            .sorted()
            .toArray();
    String median = Column.formatRatio(median(ratios));
    return ratios.length == 1 || engine.equals(other)
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

  /** Returns a chart of bars for each measure, with all that it is of, and the charts of lines. */
  List<Chart> charts() {
    Map<String, List<Column>> measures =
        columns().stream()
            .collect(
                Collectors.groupingBy(Column::measure, LinkedHashMap::new, Collectors.toList()));
    List<Chart> charts = new ArrayList<>();
    measures.values().forEach(columns -> charts.add(bars(columns)));
    lines.forEach((chart, own) -> charts.add(chart.with(own)));
    return charts;
  }

  private Chart bars(List<Column> columns) {
    List<Line> bars = engines.stream().map(engine -> barsOf(engine, columns)).toList();
    return Chart.bars(
        columns.get(0).chartTitle(), columns.stream().map(Column::subject).toList(), bars);
  }

  private Line barsOf(String engine, List<Column> columns) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      double[] sorted = values(engine, columns.get(i));
      points.add(new Point(i, median(sorted), sorted[0], sorted[sorted.length - 1], false));
    }
    return new Line(engine, 0, points);
  }

  /** Writes every figure of every round, in base units. */
  public String toCsv() {
    StringBuilder text = new StringBuilder("round,engine");
    columns().forEach(column -> text.append(',').append(Csv.cell(column.title())));
    text.append('\n');
    for (int i = 0; i < rounds.size(); i++) {
      for (String engine : engines) {
        text.append(i + 1).append(',').append(Csv.cell(engine));
        for (Column column : columns()) {
          text.append(',').append(value(rounds.get(i), engine, column));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }
}
