// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import java.util.List;

/**
 * What belongs together in a chart, and has one colour.
 *
 * @param name what it is of: the engine
 * @param round the round in which it was measured; 0 if it is of all of them
 * @param points from left to right
 */
public record Line(String name, int round, List<Point> points) {

  /** Copies the points. */
  public Line {
    points = List.copyOf(points);
  }
}
