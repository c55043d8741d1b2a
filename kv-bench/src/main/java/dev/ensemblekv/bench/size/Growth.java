// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.Curve;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The steps of a store that was filled, as figures and as lines over its size. A step in which the
 * substores of an ensemble have become twice as many is marked.
 */
final class Growth {
  private static final int EARLY = 10;
  private static final double GIGA = 1e9;
  private static final String DOUBLED = "twice as many substores";

  static final Curve PUTS = curve("puts", "put/s by size", Chart.Kind.LINES);
  static final Curve GETS = curve("gets", "get/s by size", Chart.Kind.LINES);
  static final Curve PAGE_READS =
      curve("page-reads", "page reads/s by size, without the engine", Chart.Kind.LINES);
  static final Curve PUT_P999 = curve("put-p999", "put p99.9 by size, us", Chart.Kind.POWERS);
  static final Curve GET_P99 = curve("get-p99", "get p99 by size, us", Chart.Kind.POWERS);

  private final long pairBytes;
  private final List<Step> steps = new ArrayList<>();

  /**
   * What was measured when there was so much.
   *
   * @param keys how many there are
   * @param seconds how long those of this step took to put, in the last one until all is flushed
   * @param puts per second
   * @param gets per second
   * @param pageReads per second, of pages of the files
   * @param putP999 in microseconds, corrected for coordinated omission, as is the other one
   * @param putMax in microseconds
   * @param getP99 in microseconds
   * @param substores how many there are; 0 if it is no ensemble
   */
  record Step(
      long keys,
      double seconds,
      double puts,
      double gets,
      double pageReads,
      double putP999,
      double putMax,
      double getP99,
      int substores) {}

  Growth(long pairBytes) {
    this.pairBytes = pairBytes;
  }

  static List<Curve> curves() {
    return List.of(PUTS, GETS, PAGE_READS, PUT_P999, GET_P99);
  }

  private static Curve curve(String name, String title, Chart.Kind kind) {
    return new Curve(name, new Chart(title, kind, "GB of data", List.of(), DOUBLED, List.of()));
  }

  void add(Step step) {
    steps.add(step);
  }

  /** Returns how much there is after a step, in bytes. */
  double dataBytes(Step step) {
    return (double) step.keys() * pairBytes;
  }

  Map<SizeFigure, Double> figures() {
    Step last = last();
    Step early = steps.get(Math.min(EARLY, steps.size()) - 1);
    Map<SizeFigure, Double> figures = new EnumMap<>(SizeFigure.class);
    double seconds = steps.stream().mapToDouble(Step::seconds).sum();
    figures.put(SizeFigure.PUT, last.keys() / seconds);
    figures.put(SizeFigure.LAST_PUT, last.puts());
    figures.put(SizeFigure.LAST_GET, last.gets());
    figures.put(SizeFigure.GET_BY_PAGE_READ, last.gets() / last.pageReads());
    figures.put(SizeFigure.PUT_KEPT, last.puts() / early.puts());
    figures.put(SizeFigure.GET_KEPT, last.gets() / early.gets());
    figures.put(
        SizeFigure.PUT_MAX, steps.stream().mapToDouble(Step::putMax).max().orElse(Double.NaN));
    return figures;
  }

  private Step last() {
    return steps.get(steps.size() - 1);
  }

  Map<Curve, List<Point>> lines() {
    return Map.of(
        PUTS, line(Step::puts),
        GETS, line(Step::gets),
        PAGE_READS, line(Step::pageReads),
        PUT_P999, line(Step::putP999),
        GET_P99, line(Step::getP99));
  }

  private List<Point> line(ToDoubleFunction<Step> height) {
    List<Point> points = new ArrayList<>();
    int substores = steps.get(0).substores();
    for (Step step : steps) {
      boolean doubled = substores > 0 && step.substores() >= 2 * substores;
      substores = doubled ? step.substores() : substores;
      points.add(new Point(dataBytes(step) / GIGA, height.applyAsDouble(step), doubled));
    }
    return points;
  }
}
