// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import java.util.List;
import java.util.function.LongSupplier;

/** The rates of what passes through a store. Thread-safe. */
final class CallRates {
  private static final List<String> COUNTERS =
      List.of(
          "getCalls",
          "putCalls",
          "deleteCalls",
          "compareAndSetCalls",
          "writeCalls",
          "readBytes",
          "writtenBytes");
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final LongSupplier nanoTime;
  private final Rates rates;

  CallRates(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.rates = new Rates(nanoTime.getAsLong(), new long[COUNTERS.size()]);
  }

  double perSecond(KvStats stats, String counter) {
    return rates.perSecond(nanoTime.getAsLong(), counts(stats), COUNTERS.indexOf(counter));
  }

  long millis(KvStats stats) {
    return rates.nanos(nanoTime.getAsLong(), counts(stats)) / NANOS_PER_MILLI;
  }

  /** Begins anew, as the counters do. */
  void restart() {
    rates.restart(nanoTime.getAsLong(), new long[COUNTERS.size()]);
  }

  private static long[] counts(KvStats stats) {
    return COUNTERS.stream()
        .mapToLong(name -> stats.metric(name).map(KvMetric::asLong).orElse(0L))
        .toArray();
  }
}
