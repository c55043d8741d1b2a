// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import dev.ensemblekv.bench.Measured;
import java.util.List;
import java.util.stream.Stream;

/** What is measured of each engine, in the order of the columns. */
enum Figure implements Measured {
  LOAD(Table.SPEED, "load/s", Unit.PER_SECOND),
  LOAD_OF_LIMIT(Table.SPEED, "load / sequential write", Unit.SHARE),
  GET(Table.SPEED, "get/s", Unit.PER_SECOND),
  GET_P99(Table.SPEED, "get p99 us", Unit.MICROSECONDS),
  GET_P999(Table.SPEED, "get p99.9 us", Unit.MICROSECONDS),
  GET_MAX(Table.SPEED, "get max us", Unit.MICROSECONDS),
  ABSENT(Table.SPEED, "absent/s", Unit.PER_SECOND),
  MIXED(Table.SPEED, "50:50/s", Unit.PER_SECOND),
  REOPEN(Table.SPEED, "reopen + 1 get", Unit.MILLISECONDS),
  WRITTEN_BY_LOAD(Table.SPACE, "written / put, load", Unit.RATIO),
  WRITTEN_AFTER_LOAD(Table.SPACE, "written / put, 50:50", Unit.RATIO),
  DISK(Table.SPACE, "disk / data", Unit.RATIO),
  LENGTH(Table.SPACE, "length / data", Unit.RATIO),
  HEAP(Table.SPACE, "heap", Unit.BYTES),
  OFF_HEAP(Table.SPACE, "off-heap", Unit.BYTES),
  ANONYMOUS(Table.SPACE, "process without files", Unit.BYTES),
  PEAK(Table.SPACE, "peak RSS", Unit.BYTES);

  private enum Table {
    SPEED,
    SPACE
  }

  private final Table table;
  private final String title;
  private final Unit unit;

  Figure(Table table, String title, Unit unit) {
    this.table = table;
    this.title = title;
    this.unit = unit;
  }

  @Override
  public Column column() {
    return new Column(title, unit);
  }

  /** Returns the figures of each table. */
  static List<List<Figure>> tables() {
    return Stream.of(Table.values())
        .map(table -> Stream.of(values()).filter(figure -> figure.table == table).toList())
        .toList();
  }
}
