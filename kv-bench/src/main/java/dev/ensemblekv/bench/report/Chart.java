// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import java.util.List;

/**
 * A chart.
 *
 * @param title what it shows
 * @param kind how
 * @param axis what goes to the right, with its unit
 * @param labels what stands below the points; empty if the axis has numbers
 * @param marks what happened at points that are marked; empty if none is
 * @param lines what is in it
 */
public record Chart(
    String title, Kind kind, String axis, List<String> labels, String marks, List<Line> lines) {

  /** How a chart shows its lines. */
  public enum Kind {
    /** A bar at each point, of several rounds with a line from the lowest to the highest. */
    BARS,
    /** Points joined by lines, upwards from zero. */
    LINES,
    /** Points joined by lines, upwards by powers of ten. */
    POWERS
  }

  /** Copies the lists. */
  public Chart {
    labels = List.copyOf(labels);
    lines = List.copyOf(lines);
  }

  /** Makes a chart of bars, one of each line above each label. */
  public static Chart bars(String title, List<String> labels, List<Line> lines) {
    return new Chart(title, Kind.BARS, "", labels, "", lines);
  }

  /** Returns the same chart with other lines. */
  public Chart with(List<Line> others) {
    return new Chart(title, kind, axis, labels, marks, others);
  }
}
