// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.Latencies;
import java.util.List;

/** What is measured of each engine, in the order of the columns. */
final class PeersFigures {
  static final String GET_LATENCY = "get";
  static final Figure LOAD = new Figure("load/s", Unit.PER_SECOND);
  static final Figure LOAD_OF_LIMIT = new Figure("load / sequential write", Unit.SHARE);
  static final Figure GET = new Figure("get/s", Unit.PER_SECOND);
  static final Figure ABSENT = new Figure("absent/s", Unit.PER_SECOND);
  static final Figure MIXED = new Figure("50:50/s", Unit.PER_SECOND);
  static final Figure REOPEN = new Figure("reopen + 1 get", Unit.MILLISECONDS);
  static final Figure WRITTEN_BY_LOAD = new Figure("written / put, load", Unit.RATIO);
  static final Figure WRITTEN_AFTER_LOAD = new Figure("written / put, 50:50", Unit.RATIO);
  static final Figure DISK = new Figure("disk / data", Unit.RATIO);
  static final Figure LENGTH = new Figure("length / data", Unit.RATIO);
  static final Figure HEAP = new Figure("heap", Unit.BYTES);
  static final Figure OFF_HEAP = new Figure("off-heap", Unit.BYTES);
  static final Figure ANONYMOUS = new Figure("process without files", Unit.BYTES);
  static final Figure PEAK = new Figure("peak RSS", Unit.BYTES);

  static final List<List<Figure>> TABLES =
      List.of(
          List.of(LOAD, LOAD_OF_LIMIT, GET, ABSENT, MIXED, REOPEN),
          Latencies.of(GET_LATENCY),
          List.of(
              WRITTEN_BY_LOAD, WRITTEN_AFTER_LOAD, DISK, LENGTH, HEAP, OFF_HEAP, ANONYMOUS, PEAK));

  private PeersFigures() {}
}
