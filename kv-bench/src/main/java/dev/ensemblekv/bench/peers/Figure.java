// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import java.util.List;
import java.util.stream.Stream;

/** What is measured of each engine, in the order of the columns. */
enum Figure {
  LOAD("load/s", Unit.PER_SECOND),
  GET("get/s", Unit.PER_SECOND),
  GET_P99("get p99 us", Unit.MICROSECONDS),
  ABSENT("absent/s", Unit.PER_SECOND),
  MIXED("50:50/s", Unit.PER_SECOND),
  REOPEN("reopen + 1 get", Unit.MILLISECONDS),
  DISK("disk / data", Unit.RATIO),
  MEMORY("peak RSS", Unit.BYTES);

  private final String title;
  private final Unit unit;

  Figure(String title, Unit unit) {
    this.title = title;
    this.unit = unit;
  }

  Column column() {
    return new Column(title, unit);
  }

  static List<Column> columns() {
    return Stream.of(values()).map(Figure::column).toList();
  }
}
