// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.Latencies;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** What is measured of a workload besides latencies, or of a store after all of its workloads. */
enum WorkloadFigures {
  RATE("calls/s", Unit.PER_SECOND),
  CPU("CPU us", Unit.MICROSECONDS),
  WRITTEN("written / put", Unit.RATIO),
  DISK("disk / data", Unit.RATIO),
  HEAP("heap", Unit.BYTES),
  OFF_HEAP("off-heap", Unit.BYTES),
  RESIDENT("RSS", Unit.BYTES),
  REOPEN("reopen + 1 get", Unit.MILLISECONDS),
  PEAK("peak RSS", Unit.BYTES);

  private final String measure;
  private final Unit unit;

  WorkloadFigures(String measure, Unit unit) {
    this.measure = measure;
    this.unit = unit;
  }

  /** Returns the figure of a workload; of a store, which has the name of its first workload. */
  Figure of(String workload) {
    return new Figure(workload, measure, unit);
  }

  /** Returns the figures of a workload. */
  static List<Figure> allOf(String workload) {
    List<Figure> figures = new ArrayList<>(List.of(RATE.of(workload)));
    figures.addAll(Latencies.of(workload));
    for (WorkloadFigures figure : EnumSet.range(CPU, RESIDENT)) {
      figures.add(figure.of(workload));
    }
    return figures;
  }

  /** Returns the figures of a store. */
  static List<Figure> ofStore(String name) {
    return List.of(REOPEN.of(name), PEAK.of(name));
  }
}
