// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import dev.ensemblekv.bench.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is measured of each workload, in the order of the columns.
 *
 * @param mix the workload
 * @param kind what of it
 */
record YcsbFigure(Mix mix, Kind kind) implements Measured {

  /** The columns of each workload. */
  enum Kind {
    RATE("calls/s", Unit.PER_SECOND),
    P50("p50 us", Unit.MICROSECONDS),
    P99("p99 us", Unit.MICROSECONDS),
    P999("p99.9 us", Unit.MICROSECONDS),
    P9999("p99.99 us", Unit.MICROSECONDS),
    CPU("CPU us", Unit.MICROSECONDS),
    WRITTEN("written / put", Unit.RATIO),
    DISK("disk / data", Unit.RATIO);

    private final String title;
    private final Unit unit;

    Kind(String title, Unit unit) {
      this.title = title;
      this.unit = unit;
    }
  }

  @Override
  public String name() {
    return mix + "." + kind;
  }

  @Override
  public Column column() {
    return new Column(mix.name(), kind.title, kind.unit);
  }

  /** Returns a table for each workload. */
  static List<List<YcsbFigure>> tables(List<Mix> mixes) {
    List<List<YcsbFigure>> tables = new ArrayList<>();
    for (Mix mix : mixes) {
      tables.add(Stream.of(Kind.values()).map(kind -> new YcsbFigure(mix, kind)).toList());
    }
    return tables;
  }
}
