// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Csv;
import dev.ensemblekv.bench.report.Line;
import dev.ensemblekv.bench.report.Point;
import dev.ensemblekv.bench.report.Section;
import dev.ensemblekv.bench.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What came of a plan, in true sizes: a row for each doubling, and one for the whole life. */
final class LifeSection {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double SECONDS_PER_DAY = 86400;
  private static final double MEGA = 1e6;
  private static final String OF_DATA = "/ data";
  private static final String FILL = "fill";
  private static final String OF_DOUBLING = "of a doubling";
  private static final String OF_TIME = "of the time";

  private final Plan plan;
  private final Map<Figure, ToDoubleFunction<Doubling>> figures = new LinkedHashMap<>();

  LifeSection(Plan plan) {
    this.plan = plan;
    add("", "data", Unit.BYTES, doubling -> trueSize(doubling.dataBytes));
    add("moved", OF_DATA, Unit.RATIO, doubling -> share(doubling.copiedBytes, doubling));
    add("rewritten", OF_DATA, Unit.RATIO, doubling -> share(doubling.rewrittenBytes, doubling));
    add("read", OF_DATA, Unit.RATIO, doubling -> share(doubling.readBytes, doubling));
    add("", "extra space", Unit.BYTES, doubling -> trueSize(doubling.peakExtraBytes));
    add("least", FILL, Unit.RATIO, doubling -> sampled(doubling, doubling.minFill));
    add("mean", FILL, Unit.RATIO, doubling -> sampled(doubling, doubling.meanFill()));
    add("most", FILL, Unit.RATIO, doubling -> sampled(doubling, doubling.maxFill));
    add("longest gap", OF_DOUBLING, Unit.PERCENT, doubling -> doubling.longestGap);
    add("longest burst", OF_DOUBLING, Unit.PERCENT, doubling -> doubling.longestBurst);
    add("splitting", OF_TIME, Unit.PERCENT, doubling -> doubling.busyNanos / doubling.nanos);
    add(
        "",
        "a split takes",
        Unit.SECONDS,
        doubling -> doubling.busyNanos / NANOS_PER_SECOND / doubling.splits);
    add("", "puts held up", Unit.PERCENT, doubling -> doubling.maxHeldUp);
    add(
        "",
        "a put held up",
        Unit.MILLISECONDS,
        doubling -> doubling.maxHeldUpNanos / NANOS_PER_MILLI);
    add("", "manifest written", Unit.COUNT, doubling -> doubling.manifestWrites);
    add(
        "",
        "manifest length",
        Unit.BYTES,
        doubling -> (double) doubling.manifestBytes / doubling.manifestWrites);
  }

  private void add(String subject, String measure, Unit unit, ToDoubleFunction<Doubling> value) {
    figures.put(new Figure(subject, measure, unit), value);
  }

  private double trueSize(long modelBytes) {
    return modelBytes * (double) plan.scale();
  }

  private static double share(long bytes, Doubling doubling) {
    return (double) bytes / doubling.dataBytes;
  }

  private static double sampled(Doubling doubling, double fill) {
    return doubling.samples == 0 ? Double.NaN : fill;
  }

  /** Returns all that is to be shown. */
  Section of(Life life, String name, String command) {
    return Section.of(
        name,
        command,
        facts(life),
        List.of(table(life)),
        charts(life.doublings()),
        csv(life.doublings()));
  }

  private Table table(Life life) {
    List<List<String>> rows = new ArrayList<>();
    life.doublings()
        .forEach(doubling -> rows.add(row(Integer.toString(doubling.substores), doubling)));
    rows.add(row("whole life", life.sum()));
    return new Table(
        Stream.concat(Stream.of("substores"), figures.keySet().stream().map(Figure::title))
            .toList(),
        rows);
  }

  private List<String> row(String name, Doubling doubling) {
    Stream<String> cells =
        figures.entrySet().stream()
            .map(figure -> figure.getKey().format(figure.getValue().applyAsDouble(doubling)));
    return Stream.concat(Stream.of(name), cells).toList();
  }

  /** One of each measure, with a line for each thing that it is of, over the doublings. */
  private List<Chart> charts(List<Doubling> doublings) {
    List<String> labels =
        doublings.stream().map(doubling -> Integer.toString(doubling.substores)).toList();
    Map<String, List<Figure>> measures =
        figures.keySet().stream()
            .collect(
                Collectors.groupingBy(Figure::chartTitle, LinkedHashMap::new, Collectors.toList()));
    List<Chart> charts = new ArrayList<>();
    measures.forEach(
        (measure, own) ->
            charts.add(
                new Chart(
                    measure,
                    own.get(0).unit() == Unit.BYTES ? Chart.Kind.POWERS : Chart.Kind.LINES,
                    "substores",
                    labels,
                    "",
                    own.stream().map(figure -> line(figure, doublings)).toList())));
    return charts;
  }

  private Line line(Figure figure, List<Doubling> doublings) {
    ToDoubleFunction<Doubling> value = figures.getOrDefault(figure, doubling -> Double.NaN);
    List<Point> points = new ArrayList<>();
    for (Doubling doubling : doublings) {
      points.add(new Point(points.size(), value.applyAsDouble(doubling), false));
    }
    return new Line(figure.subject().isEmpty() ? "all" : figure.subject(), 0, points);
  }

  private String csv(List<Doubling> doublings) {
    Stream<String> head = figures.keySet().stream().map(figure -> "," + Csv.cell(figure.title()));
    Stream<String> rows =
        doublings.stream()
            .map(
                doubling ->
                    figures.values().stream()
                        .map(value -> "," + value.applyAsDouble(doubling))
                        .collect(Collectors.joining("", doubling.substores + "", "\n")));
    return head.collect(Collectors.joining("", "substores", "\n"))
        + rows.collect(Collectors.joining());
  }

  private List<String> facts(Life life) {
    Doubling sum = life.sum();
    return List.of(
        text(
            "%,d keys counted, %,d verified where they belong, %d problems, %d failures",
            life.keys() * plan.scale(),
            life.verification().items() * plan.scale(),
            life.verification().problemCount(),
            life.failures()),
        text(
            "moved and rewritten over the life: %.2f of the data; in %.1f days",
            share(sum.copiedBytes + sum.rewrittenBytes, sum),
            sum.nanos / NANOS_PER_SECOND / SECONDS_PER_DAY),
        text(
            "the largest substore by the mean: %.2f in keys, %.2f in bytes; by its own limit: %.2f",
            life.imbalance(), life.bytesImbalance(), life.fill()),
        text(
            "%d substores; about %,d files of %.0f MB, each of which may take a file handle",
            sum.substores,
            sum.substores + sum.dataBytes / plan.segmentBytes(),
            plan.segmentBytes() * plan.scale() / MEGA),
        text(
            "the ensemble itself has %.1f MB in memory, %.0f bytes a substore",
            life.memoryBytes() / MEGA, (double) life.memoryBytes() / sum.substores));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
