// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import dev.ensemblekv.bench.Measured;
import java.util.List;

/** What is measured of a store that is not in memory. Pages have 4096 bytes. */
enum ColdFigure implements Measured {
  GET("get/s", Unit.PER_SECOND),
  GET_OF_LIMIT("get / disk read", Unit.SHARE),
  GET_PAGES("pages per get", Unit.RATIO),
  ABSENT("absent/s", Unit.PER_SECOND),
  ABSENT_PAGES("pages per absent", Unit.RATIO),
  DISK("disk reads/s", Unit.PER_SECOND),
  DISK_PAGES("pages per disk read", Unit.RATIO),
  OPEN("open + 1 get", Unit.MILLISECONDS),
  OPEN_READ("read to open", Unit.BYTES),
  STORE("store", Unit.BYTES);

  private final String title;
  private final Unit unit;

  ColdFigure(String title, Unit unit) {
    this.title = title;
    this.unit = unit;
  }

  @Override
  public Column column() {
    return new Column(title, unit);
  }

  static List<List<ColdFigure>> tables() {
    return List.of(List.of(values()));
  }
}
