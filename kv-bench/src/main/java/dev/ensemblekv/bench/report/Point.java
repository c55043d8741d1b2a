// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

/**
 * A point of a chart.
 *
 * @param x where it stands; of a chart with labels, the index of its label
 * @param y how high
 * @param low the lowest of several rounds
 * @param high the highest of several rounds
 * @param marked whether something happened there that the chart tells of
 */
public record Point(double x, double y, double low, double high, boolean marked) {

  /** Makes a point that was measured once. */
  public Point(double x, double y, boolean marked) {
    this(x, y, y, y, marked);
  }
}
