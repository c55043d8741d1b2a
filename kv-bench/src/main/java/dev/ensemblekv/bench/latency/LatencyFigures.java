// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.latency;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.Latencies;
import java.util.List;

/** What is measured of calls at a steady rate. */
final class LatencyFigures {
  static final String GET = "get";
  static final String PUT = "put";
  static final Figure CALLS = new Figure("calls/s", Unit.PER_SECOND);
  static final Figure SPLITS = new Figure("splits/s", Unit.PER_SECOND);

  static final List<List<Figure>> TABLES =
      List.of(Latencies.of(GET), Latencies.of(PUT), List.of(CALLS, SPLITS));

  private LatencyFigures() {}
}
