// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Curve;
import dev.ensemblekv.bench.report.Point;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was found out of an engine. */
final class Outcome {
  final Map<WorkloadFigure, Double> figures = new HashMap<>();
  final Map<Curve, List<Point>> curves = new HashMap<>();
  String libraries = "";
}
