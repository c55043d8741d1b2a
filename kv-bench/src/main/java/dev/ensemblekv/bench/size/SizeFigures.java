// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import java.util.List;

/** What is measured of a store that is filled step by step. */
final class SizeFigures {
  static final Figure PUT = new Figure("put/s", Unit.PER_SECOND);
  static final Figure LAST_PUT = new Figure("put/s, last step", Unit.PER_SECOND);
  static final Figure LAST_GET = new Figure("get/s, last step", Unit.PER_SECOND);
  static final Figure GET_BY_PAGE_READ = new Figure("get / page read, last step", Unit.SHARE);
  static final Figure PUT_KEPT = new Figure("put, last / tenth step", Unit.SHARE);
  static final Figure GET_KEPT = new Figure("get, last / tenth step", Unit.SHARE);
  static final Figure PUT_MAX = new Figure("put max us", Unit.MICROSECONDS);

  static final List<Figure> ALL =
      List.of(PUT, LAST_PUT, LAST_GET, GET_BY_PAGE_READ, PUT_KEPT, GET_KEPT, PUT_MAX);

  private SizeFigures() {}
}
