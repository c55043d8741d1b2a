// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Csv;
import dev.ensemblekv.bench.report.Line;
import dev.ensemblekv.bench.report.Point;
import dev.ensemblekv.bench.report.Standing;
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
 * What was measured: a figure per figure, engine and round, where each round measures every engine
 * once, and lines of points. Shown as tables with an engine per row, as charts, and as CSV with a
 * round and an engine per row.
 */
public final class Report {
  private static final Outcome NOTHING = new Outcome();

  private final String title;
  private final List<String> engines;
  private final List<List<Figure>> tables;
  private final List<Chart> charts;
  private final List<Map<String, Outcome>> rounds = new ArrayList<>();

  /**
   * Begins a report.
   *
   * @param title what stands above the names of the engines
   * @param engines what was compared; the others are held against the first
   * @param tables what was measured: the figures of each table
   * @param charts where lines that were measured are shown, without lines
   */
  public Report(String title, List<String> engines, List<List<Figure>> tables, List<Chart> charts) {
    this.title = title;
    this.engines = List.copyOf(engines);
    this.tables = List.copyOf(tables);
    this.charts = List.copyOf(charts);
  }

  /** Begins the next round. */
  public void beginRound() {
    rounds.add(new TreeMap<>());
  }

  /** Adds what was found out of an engine in this round. */
  public void add(String engine, Outcome outcome) {
    rounds.get(rounds.size() - 1).put(engine, outcome);
  }

  /** Returns what is to be said of the engines. */
  List<String> notes() {
    return engines.stream()
        .filter(engine -> !last(engine).notes().isEmpty())
        .map(engine -> engine + ": " + String.join("; ", last(engine).notes()))
        .toList();
  }

  private Outcome last(String engine) {
    return rounds.get(rounds.size() - 1).getOrDefault(engine, NOTHING);
  }

  /**
   * Returns the medians; of several rounds also the ranges, and the ratios to the first engine; at
   * last the first engine beside the best library.
   */
  List<Table> tables() {
    List<Table> shown = new ArrayList<>();
    for (List<Figure> figures : tables) {
      shown.add(table(figures, title, this::median));
      if (rounds.size() > 1) {
        shown.add(table(figures, "from ... to", this::range));
      }
      if (engines.size() > 1) {
        shown.add(table(figures, "ratio to " + engines.get(0), this::ratio));
      }
    }
    shown.addAll(Standing.tables(title, standings()));
    return shown;
  }

  /** Returns how many calls per second our first engine does beside the best library. */
  List<Table> summary() {
    return Standing.tables(
        title, BestLibrary.of(this, figure -> figure.unit() == Figure.Unit.PER_SECOND));
  }

  /** Returns how our first engine stands in each figure beside the best library. */
  List<Standing> standings() {
    return BestLibrary.of(this, figure -> true);
  }

  /** Returns how many rounds there were. */
  int rounds() {
    return rounds.size();
  }

  private Table table(
      List<Figure> figures, String corner, BiFunction<String, Figure, String> cell) {
    return new Table(
        Stream.concat(Stream.of(corner), figures.stream().map(Figure::title)).toList(),
        engines.stream()
            .map(
                engine ->
                    Stream.concat(
                            Stream.of(engine),
                            figures.stream().map(figure -> cell.apply(engine, figure)))
                        .toList())
            .toList());
  }

  /** Returns what was compared. */
  List<String> engines() {
    return engines;
  }

  /** Returns what was measured. */
  List<Figure> figures() {
    return tables.stream().flatMap(List::stream).toList();
  }

  /** Returns what stands above the names of the engines. */
  String title() {
    return title;
  }

  private String median(String engine, Figure figure) {
    return figure.format(medianOf(engine, figure));
  }

  /** Returns the median of all rounds. */
  double medianOf(String engine, Figure figure) {
    return median(values(engine, figure));
  }

  private String range(String engine, Figure figure) {
    double[] sorted = values(engine, figure);
    return figure.format(sorted[0]) + " ... " + figure.format(sorted[sorted.length - 1]);
  }

  private String ratio(String engine, Figure figure) {
    return ratio(engine, engines.get(0), figure);
  }

  /** Within a round, as all engines are slow in a round in which the machine is busy. */
  String ratio(String engine, String other, Figure figure) {
    double[] ratios =
        rounds.stream()
            .mapToDouble(round -> value(round, engine, figure) / value(round, other, figure))
            .sorted()
            .toArray();
    String median = Figure.formatRatio(median(ratios));
    return ratios.length == 1 || engine.equals(other)
        ? median
        : median
            + " ("
            + Figure.formatRatio(ratios[0])
            + " ... "
            + Figure.formatRatio(ratios[ratios.length - 1])
            + ")";
  }

  private double[] values(String engine, Figure figure) {
    return rounds.stream().mapToDouble(round -> value(round, engine, figure)).sorted().toArray();
  }

  private static double value(Map<String, Outcome> round, String engine, Figure figure) {
    return round.getOrDefault(engine, NOTHING).get(figure);
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Returns a chart of bars for each measure, with all that it is of, and the charts of lines. */
  List<Chart> charts() {
    Map<String, List<Figure>> measures =
        figures().stream()
            .collect(
                Collectors.groupingBy(Figure::measure, LinkedHashMap::new, Collectors.toList()));
    List<Chart> shown = new ArrayList<>();
    measures.values().forEach(figures -> shown.add(bars(figures)));
    charts.forEach(chart -> shown.add(chart.with(lines(chart))));
    return shown.stream().filter(chart -> !chart.lines().isEmpty()).toList();
  }

  private List<Line> lines(Chart chart) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      for (String engine : engines) {
        List<Point> points = rounds.get(i).getOrDefault(engine, NOTHING).get(chart);
        if (!points.isEmpty()) {
          lines.add(new Line(engine, i + 1, points));
        }
      }
    }
    return lines;
  }

  private Chart bars(List<Figure> figures) {
    List<Line> bars = engines.stream().map(engine -> barsOf(engine, figures)).toList();
    return Chart.bars(
        figures.get(0).chartTitle(), figures.stream().map(Figure::subject).toList(), bars);
  }

  private Line barsOf(String engine, List<Figure> figures) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < figures.size(); i++) {
      double[] sorted = values(engine, figures.get(i));
      points.add(new Point(i, median(sorted), sorted[0], sorted[sorted.length - 1], false));
    }
    return new Line(engine, 0, points);
  }

  /** Writes every figure of every round, in base units. */
  public String toCsv() {
    StringBuilder text = new StringBuilder("round,engine");
    figures().forEach(figure -> text.append(',').append(Csv.cell(figure.title())));
    text.append('\n');
    for (int i = 0; i < rounds.size(); i++) {
      for (String engine : engines) {
        text.append(i + 1).append(',').append(Csv.cell(engine));
        for (Figure figure : figures()) {
          text.append(',').append(value(rounds.get(i), engine, figure));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }
}
