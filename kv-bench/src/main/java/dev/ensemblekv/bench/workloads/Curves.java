// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Curve;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** The lines that are measured of each workload. */
final class Curves {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100};
  private static final List<String> LABELS =
      List.of("p50", "p75", "p90", "p95", "p99", "p99.5", "p99.9", "p99.95", "p99.99", "max");

  private Curves() {}

  static List<Curve> of(String workload) {
    return List.of(pace(workload), latency(workload));
  }

  /** Calls per second, over time. */
  static Curve pace(String workload) {
    return curve(workload, "calls per second", Chart.Kind.LINES, "seconds", List.of());
  }

  /** How long calls take, in microseconds. */
  static Curve latency(String workload) {
    return curve(workload, "latency, us", Chart.Kind.POWERS, "of the calls", LABELS);
  }

  private static Curve curve(
      String workload, String what, Chart.Kind kind, String axis, List<String> labels) {
    String title = workload + ": " + what;
    return new Curve(
        title.replace(' ', '_').replace(":", ""),
        new Chart(title, kind, axis, labels, "", List.of()));
  }

  /** Returns the points of a line of latencies. */
  static List<Point> points(Histogram nanos) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < PERCENTILES.length; i++) {
      double micros = nanos.getValueAtPercentile(PERCENTILES[i]) / NANOS_PER_MICRO;
      points.add(new Point(i, micros, false));
    }
    return points;
  }
}
