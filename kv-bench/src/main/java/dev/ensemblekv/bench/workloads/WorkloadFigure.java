// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import dev.ensemblekv.bench.Measured;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is measured of a workload, or of the store after all of them.
 *
 * @param subject the name of the workload, or of the first one of its store
 * @param kind what of it
 */
record WorkloadFigure(String subject, Kind kind) implements Measured {

  /** The columns, in their order. */
  enum Kind {
    RATE("calls/s", Unit.PER_SECOND),
    P50("p50 us", Unit.MICROSECONDS),
    P90("p90 us", Unit.MICROSECONDS),
    P99("p99 us", Unit.MICROSECONDS),
    P999("p99.9 us", Unit.MICROSECONDS),
    P9999("p99.99 us", Unit.MICROSECONDS),
    CPU("CPU us", Unit.MICROSECONDS),
    WRITTEN("written / put", Unit.RATIO),
    DISK("disk / data", Unit.RATIO),
    HEAP("heap", Unit.BYTES),
    OFF_HEAP("off-heap", Unit.BYTES),
    RESIDENT("RSS", Unit.BYTES),
    REOPEN("reopen + 1 get", Unit.MILLISECONDS),
    PEAK("peak RSS", Unit.BYTES);

    private final String title;
    private final Unit unit;

    Kind(String title, Unit unit) {
      this.title = title;
      this.unit = unit;
    }

    private boolean isOfStore() {
      return this == REOPEN || this == PEAK;
    }
  }

  @Override
  public String name() {
    return subject + "." + kind;
  }

  @Override
  public Column column() {
    return new Column(subject, kind.title, kind.unit);
  }

  /** Returns the figures of a workload. */
  static List<WorkloadFigure> of(String workload) {
    return figures(workload, false);
  }

  /** Returns the figures of the store of workloads. */
  static List<WorkloadFigure> ofStore(String name) {
    return figures(name, true);
  }

  private static List<WorkloadFigure> figures(String subject, boolean ofStore) {
    return Stream.of(Kind.values())
        .filter(kind -> kind.isOfStore() == ofStore)
        .map(kind -> new WorkloadFigure(subject, kind))
        .toList();
  }
}
