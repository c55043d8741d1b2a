// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.latency;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import dev.ensemblekv.bench.Measured;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** What is measured of the calls, in the order of the columns. */
enum LatencyFigure implements Measured {
  GET_P50(Call.GET, 50),
  GET_P90(Call.GET, 90),
  GET_P99(Call.GET, 99),
  GET_P999(Call.GET, 99.9),
  GET_P9999(Call.GET, 99.99),
  GET_MAX(Call.GET, 100),
  PUT_P50(Call.PUT, 50),
  PUT_P90(Call.PUT, 90),
  PUT_P99(Call.PUT, 99),
  PUT_P999(Call.PUT, 99.9),
  PUT_P9999(Call.PUT, 99.99),
  PUT_MAX(Call.PUT, 100),
  CALLS(Call.ALL, "calls/s"),
  SPLITS(Call.ALL, "splits/s");

  private static final double NANOS_PER_MICRO = 1e3;

  /** The calls that a figure is about. */
  enum Call {
    GET,
    PUT,
    ALL
  }

  private final Call call;
  private final double percentile;
  private final String title;

  LatencyFigure(Call call, double percentile) {
    this.call = call;
    this.percentile = percentile;
    String which = percentile == 100 ? "max" : "p" + shortest(percentile);
    this.title = which + " us";
  }

  LatencyFigure(Call call, String title) {
    this.call = call;
    this.percentile = 0;
    this.title = title;
  }

  private static String shortest(double percentile) {
    String text = Double.toString(percentile);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  @Override
  public Column column() {
    return call == Call.ALL
        ? new Column(title, Unit.PER_SECOND)
        : new Column(call.name().toLowerCase(Locale.ROOT), title, Unit.MICROSECONDS);
  }

  /** Takes the percentiles of a call from its latencies in nanoseconds. */
  static void put(Call call, Histogram nanos, Map<LatencyFigure, Double> figures) {
    for (LatencyFigure figure : values()) {
      if (figure.call == call) {
        figures.put(figure, nanos.getValueAtPercentile(figure.percentile) / NANOS_PER_MICRO);
      }
    }
  }

  /** Returns the figures of each table. */
  static List<List<LatencyFigure>> tables() {
    return Stream.of(Call.values())
        .map(call -> Stream.of(values()).filter(figure -> figure.call == call).toList())
        .toList();
  }
}
