// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The steps of a store that was filled, as figures and as lines over its size. A step in which the
 * substores of an ensemble have become twice as many is marked.
 */
final class Growth {
  private static final int EARLY = 10;
  private static final double GIGA = 1e9;
  private static final double THOUSAND = 1e3;
  private static final String DOUBLED = "twice as many substores";

  static final Chart PUTS = chart("put/s by size", Chart.Kind.LINES);
  static final Chart GETS = chart("get/s by size", Chart.Kind.LINES);
  static final Chart PAGE_READS =
      chart("page reads/s by size, without the engine", Chart.Kind.LINES);
  static final Chart PUT_P999 = chart("put p99.9 by size, us", Chart.Kind.POWERS);
  static final Chart GET_P99 = chart("get p99 by size, us", Chart.Kind.POWERS);

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

  static List<Chart> charts() {
    return List.of(PUTS, GETS, PAGE_READS, PUT_P999, GET_P99);
  }

  private static Chart chart(String title, Chart.Kind kind) {
    return new Chart(title, kind, "GB of data", List.of(), DOUBLED, List.of());
  }

  /** Takes in a step; returns what there is to be said of it. */
  String add(Step step) {
    steps.add(step);
    return String.format(
        Locale.ROOT,
        "%.3g GB: %.0f k put/s, %.1f k get/s, %.1f k page reads/s, %d substores",
        gigabytes(step),
        step.puts() / THOUSAND,
        step.gets() / THOUSAND,
        step.pageReads() / THOUSAND,
        step.substores());
  }

  private double gigabytes(Step step) {
    return step.keys() * (double) pairBytes / GIGA;
  }

  /** Tells of all steps. */
  void tell(Outcome outcome) {
    Step last = last();
    Step early = steps.get(Math.min(EARLY, steps.size()) - 1);
    double seconds = steps.stream().mapToDouble(Step::seconds).sum();
    outcome.put(SizeFigures.PUT, last.keys() / seconds);
    outcome.put(SizeFigures.LAST_PUT, last.puts());
    outcome.put(SizeFigures.LAST_GET, last.gets());
    outcome.put(SizeFigures.GET_BY_PAGE_READ, last.gets() / last.pageReads());
    outcome.put(SizeFigures.PUT_KEPT, last.puts() / early.puts());
    outcome.put(SizeFigures.GET_KEPT, last.gets() / early.gets());
    outcome.put(
        SizeFigures.PUT_MAX, steps.stream().mapToDouble(Step::putMax).max().orElse(Double.NaN));
    outcome.put(PUTS, line(Step::puts));
    outcome.put(GETS, line(Step::gets));
    outcome.put(PAGE_READS, line(Step::pageReads));
    outcome.put(PUT_P999, line(Step::putP999));
    outcome.put(GET_P99, line(Step::getP99));
  }

  private Step last() {
    return steps.get(steps.size() - 1);
  }

  private List<Point> line(ToDoubleFunction<Step> height) {
    List<Point> points = new ArrayList<>();
    int substores = steps.get(0).substores();
    for (Step step : steps) {
      boolean doubled = substores > 0 && step.substores() >= 2 * substores;
      substores = doubled ? step.substores() : substores;
      points.add(new Point(gigabytes(step), height.applyAsDouble(step), doubled));
    }
    return points;
  }
}
