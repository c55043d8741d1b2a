// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found out of an engine. For one thread.
 *
 * @param figures by their titles
 * @param lines the points of a line in each chart, by the chart's title
 * @param notes what is to be said of the engine: its libraries with their settings comes first
 */
public record Outcome(
    Map<String, Double> figures, Map<String, List<Point>> lines, List<String> notes) {

  /** Begins with nothing. */
  public Outcome() {
    this(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
  }

  /** Takes in a figure. */
  public void put(Figure figure, double value) {
    figures.put(figure.title(), value);
  }

  /** Returns a figure; not a number if it was not measured. */
  public double get(Figure figure) {
    return figures.getOrDefault(figure.title(), Double.NaN);
  }

  /** Takes in a line. */
  public void put(Chart chart, List<Point> points) {
    lines.put(chart.title(), points);
  }

  /** Returns a line; without points if it was not measured. */
  List<Point> get(Chart chart) {
    return lines.getOrDefault(chart.title(), List.of());
  }

  /** Takes in something to be said of the engine. */
  public void note(String note) {
    notes.add(note);
  }

  /** Takes in what was found out after this, and is not in it yet. */
  public void addMissing(Outcome later) {
    later.figures.forEach(figures::putIfAbsent);
    later.lines.forEach(lines::putIfAbsent);
    later.notes.stream().filter(note -> !notes.contains(note)).forEach(notes::add);
  }
}
