// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Point;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line that is measured of each engine.
 *
 * @param name by which the process that measured it prints it
 * @param chart where it is shown, without lines
 */
public record Curve(String name, Chart chart) {
  private static final String BETWEEN_POINTS = " ";
  private static final String IN_POINT = ":";

  /** Writes points as one word after the other. */
  static String write(List<Point> points) {
    return points.stream()
        .map(point -> point.x() + IN_POINT + point.y() + IN_POINT + point.marked())
        .collect(Collectors.joining(BETWEEN_POINTS));
  }

  /** Reads what was written. */
  static List<Point> read(String text) {
    return Stream.of(text.split(BETWEEN_POINTS))
        .filter(word -> !word.isEmpty())
        .map(word -> word.split(IN_POINT, -1))
        .map(
            parts ->
                new Point(
                    Double.parseDouble(parts[0]),
                    Double.parseDouble(parts[1]),
                    Boolean.parseBoolean(parts[2])))
        .toList();
  }
}
