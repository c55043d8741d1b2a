// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import java.util.List;

/** What is measured of a store that is not in memory. Pages have 4096 bytes. */
final class ColdFigures {
  static final Figure GET = new Figure("get/s", Unit.PER_SECOND);
  static final Figure GET_OF_LIMIT = new Figure("get / disk read", Unit.SHARE);
  static final Figure GET_PAGES = new Figure("pages per get", Unit.RATIO);
  static final Figure ABSENT = new Figure("absent/s", Unit.PER_SECOND);
  static final Figure ABSENT_PAGES = new Figure("pages per absent", Unit.RATIO);
  static final Figure DISK = Figure.ofDisk("disk reads/s", Unit.PER_SECOND);
  static final Figure DISK_PAGES = Figure.ofDisk("pages per disk read", Unit.RATIO);
  static final Figure OPEN = new Figure("open + 1 get", Unit.MILLISECONDS);
  static final Figure OPEN_READ = new Figure("read to open", Unit.BYTES);
  static final Figure STORE = new Figure("store", Unit.BYTES);

  static final List<Figure> ALL =
      List.of(
          GET,
          GET_OF_LIMIT,
          GET_PAGES,
          ABSENT,
          ABSENT_PAGES,
          DISK,
          DISK_PAGES,
          OPEN,
          OPEN_READ,
          STORE);

  private ColdFigures() {}
}
