// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import java.util.SortedMap;
import java.util.TreeMap;

/** The figures of a store as attributes tell them, with what stands for those not known. */
final class Figures {
  static final long UNKNOWN = -1;

  private static final double NANOS_PER_MILLI = 1e6;

  private final KvStats stats;

  Figures(KvStats stats) {
    this.stats = stats;
  }

  /** Returns a figure, or {@link #UNKNOWN}. */
  long whole(String name) {
    return stats.total(name).map(KvMetric::asLong).orElse(UNKNOWN);
  }

  /** Returns a time in milliseconds, or {@link #UNKNOWN}. */
  long millis(String name) {
    return stats
        .total(name)
        .map(metric -> Math.round(metric.value() / NANOS_PER_MILLI))
        .orElse(UNKNOWN);
  }

  boolean isExact(String name) {
    return stats
        .total(name)
        .filter(metric -> metric.precision() == KvMetric.Precision.EXACT)
        .isPresent();
  }

  /** Returns the proportion of two figures; NaN if one is not known or the second is 0. */
  double proportion(String of, String to) {
    double whole = stats.total(to).map(KvMetric::value).orElse(0.0);
    return whole > 0 ? stats.total(of).map(KvMetric::value).orElse(Double.NaN) / whole : Double.NaN;
  }

  /** Returns what the parts of the store take in memory, by part. */
  SortedMap<String, Long> memoryBytes() {
    SortedMap<String, Long> parts = new TreeMap<>();
    addMemoryBytes(stats, parts);
    stats.substores().forEach(substore -> addMemoryBytes(substore, parts));
    return parts;
  }

  private static void addMemoryBytes(KvStats stats, SortedMap<String, Long> parts) {
    for (KvMetric metric : stats.metrics()) {
      String name = metric.name();
      if (name.endsWith(KvMetric.MEMORY_BYTES)) {
        String part = name.substring(0, name.length() - KvMetric.MEMORY_BYTES.length());
        parts.merge(part, metric.asLong(), Long::sum);
      }
    }
  }
}
