// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Latencies;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** The lines that are measured of each workload. */
final class Curves {
  private static final List<Double> PERCENTILES =
      List.of(50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99, 100.0);

  private Curves() {}

  static List<Chart> of(String workload) {
    return List.of(pace(workload), latency(workload), space(workload), writes(workload));
  }

  /** Calls per second, over time. */
  static Chart pace(String workload) {
    return overTime(workload + ": calls per second", Chart.Kind.LINES);
  }

  /** What the files take by the data, over time. */
  static Chart space(String workload) {
    return overTime(workload + ": disk / data", Chart.Kind.POWERS);
  }

  /** What was written by what was put so far, over time. */
  static Chart writes(String workload) {
    return overTime(workload + ": written / put so far", Chart.Kind.POWERS);
  }

  private static Chart overTime(String title, Chart.Kind kind) {
    return new Chart(title, kind, "seconds", List.of(), "", List.of());
  }

  /** How long calls take, in microseconds. */
  static Chart latency(String workload) {
    return new Chart(
        workload + ": latency, us",
        Chart.Kind.POWERS,
        "of the calls",
        PERCENTILES.stream().map(Latencies::name).toList(),
        "",
        List.of());
  }

  /** Returns the points of a line of latencies. */
  static List<Point> points(Histogram nanos) {
    List<Point> points = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      points.add(new Point(points.size(), Latencies.micros(nanos, percentile), false));
    }
    return points;
  }
}
