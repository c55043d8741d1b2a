// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.micrometer;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import io.micrometer.core.instrument.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of a store as its meters read them: taken anew once they are {@link #MOST_AGE}
 * old. A registry asks each meter by itself; so all that it asks for at once fits together, and
 * costs no more than one look at the store. Thread-safe.
 */
final class Sample {
  static final Duration MOST_AGE = Duration.ofMillis(100);

  private final KvStore store;
  private final Clock clock;
  private final Consumer<List<KvMetric>> listener;
  private volatile @Nullable Taken last;

  private record Taken(long nanos, KvState state, Map<String, KvMetric> metrics) {}

  /**
   * Creates a sample.
   *
   * @param listener is shown all figures whenever they are taken
   */
  Sample(KvStore store, Clock clock, Consumer<List<KvMetric>> listener) {
    this.store = store;
    this.clock = clock;
    this.listener = listener;
  }

  KvState state() {
    return current().state;
  }

  /** Returns a figure; NaN if the store does not tell it now. */
  double value(String name) {
    KvMetric metric = current().metrics.get(name);
    return metric == null ? Double.NaN : metric.value();
  }

  private Taken current() {
    Taken taken = last;
    return taken != null && clock.monotonicTime() - taken.nanos < MOST_AGE.toNanos()
        ? taken
        : take();
  }

  /** Takes the statistics now. */
  Taken take() {
    long nanos = clock.monotonicTime();
    KvStats stats = store.stats();
    List<KvMetric> totals = stats.totals();
    Map<String, KvMetric> metrics = new HashMap<>();
    totals.forEach(metric -> metrics.put(metric.name(), metric));
    Taken taken = new Taken(nanos, stats.state(), metrics);
    last = taken;
    listener.accept(totals);
    return taken;
  }
}
