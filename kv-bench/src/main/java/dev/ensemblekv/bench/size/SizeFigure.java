// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Column.Unit;
import dev.ensemblekv.bench.Measured;
import java.util.List;

/** What is measured of a store that is filled step by step, in the order of the columns. */
enum SizeFigure implements Measured {
  PUT("put/s", Unit.PER_SECOND),
  LAST_PUT("put/s, last step", Unit.PER_SECOND),
  LAST_GET("get/s, last step", Unit.PER_SECOND),
  GET_BY_PAGE_READ("get / page read, last step", Unit.SHARE),
  PUT_KEPT("put, last / tenth step", Unit.SHARE),
  GET_KEPT("get, last / tenth step", Unit.SHARE),
  PUT_MAX("put max us", Unit.MICROSECONDS);

  private final String title;
  private final Unit unit;

  SizeFigure(String title, Unit unit) {
    this.title = title;
    this.unit = unit;
  }

  @Override
  public Column column() {
    return new Column(title, unit);
  }

  static List<List<SizeFigure>> tables() {
    return List.of(List.of(values()));
  }
}
