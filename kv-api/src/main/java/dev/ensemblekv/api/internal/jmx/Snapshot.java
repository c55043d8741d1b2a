// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvStats;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The statistics that attributes are read from: taken anew for each, but once for all that are
 * asked for in one request, so that they fit together and cost no more than one. Thread-safe.
 */
final class Snapshot {
  /** For beans that do not show statistics. */
  static final Snapshot NONE =
      new Snapshot(
          () -> {
            throw new IllegalStateException("there are no statistics");
          });

  private final Supplier<KvStats> source;

  @SuppressWarnings("ThreadLocalUsage") // of this store, and set during a request only
  private final ThreadLocal<@Nullable Taken> request = new ThreadLocal<>();

  /** What was taken for a request, once it was. */
  private static final class Taken {
    private @Nullable KvStats stats;
  }

  Snapshot(Supplier<KvStats> source) {
    this.source = source;
  }

  KvStats stats() {
    Taken taken = request.get();
    if (taken == null) {
      return source.get();
    }
    KvStats stats = taken.stats;
    if (stats == null) {
      stats = source.get();
      taken.stats = stats;
    }
    return stats;
  }

  /** Runs a request, all of which sees the same statistics. */
  <R> R during(Supplier<R> asking) {
    request.set(new Taken());
    try {
      return asking.get();
    } finally {
      request.remove();
    }
  }
}
