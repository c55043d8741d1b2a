// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.micrometer;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The meters of one store in one registry. What a store comes to tell later, such as latencies
 * after the first calls, is added as it is seen. Thread-safe.
 */
final class BoundMeters {
  private static final String STATE = MeterName.PREFIX + "state";
  private static final double NANOS_PER_SECOND = 1e9;

  private final Tags tags;
  private final MeterRegistry registry;
  private final Sample sample;
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Queue<Meter> registered = new ConcurrentLinkedQueue<>();
  private volatile boolean removed;

  /** Creates the meters; they are in the registry from {@link #register} on. */
  BoundMeters(KvStore store, Tags tags, MeterRegistry registry) {
    this.tags = tags;
    this.registry = registry;
    this.sample = new Sample(store, registry.config().clock(), this::registerNew);
  }

  void register() {
    if (registry.find(STATE).tags(tags).meter() != null) {
      throw new IllegalArgumentException(
          "the registry has meters of another store with "
              + tags
              + "; give the stores different names by the option 'name', or more tags");
    }
    for (KvState state : EnumSet.complementOf(EnumSet.of(KvState.CLOSED))) {
      add(
          Gauge.builder(STATE, sample, values -> values.state() == state ? 1 : 0)
              .description("1 for the state that the store is in.")
              .tags(tags)
              .tag("state", state.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    sample.take();
  }

  private void registerNew(Iterable<KvMetric> metrics) {
    for (KvMetric metric : metrics) {
      if (!removed && known.add(metric.name())) {
        add(register(metric));
      }
    }
  }

  private Meter register(KvMetric metric) {
    MeterName name = MeterName.of(metric);
    return metric.kind() == KvMetric.Kind.COUNTER
        ? counter(metric, name)
        : metric.unit() == KvMetric.Unit.NANOSECONDS ? time(metric, name) : gauge(metric, name);
  }

  private Meter counter(KvMetric metric, MeterName name) {
    double scale = metric.unit() == KvMetric.Unit.NANOSECONDS ? NANOS_PER_SECOND : 1;
    return FunctionCounter.builder(
            name.name(), sample, values -> values.value(metric.name()) / scale)
        .description(name.description())
        .baseUnit(MeterName.baseUnit(metric.unit()))
        .tags(tags.and(name.tags()))
        .register(registry);
  }

  private Meter time(KvMetric metric, MeterName name) {
    return TimeGauge.builder(
            name.name(), sample, TimeUnit.NANOSECONDS, values -> values.value(metric.name()))
        .description(name.description())
        .tags(tags.and(name.tags()))
        .register(registry);
  }

  private Meter gauge(KvMetric metric, MeterName name) {
    return Gauge.builder(name.name(), sample, values -> values.value(metric.name()))
        .description(name.description())
        .baseUnit(MeterName.baseUnit(metric.unit()))
        .tags(tags.and(name.tags()))
        .register(registry);
  }

  private void add(Meter meter) {
    registered.add(meter);
    if (removed) { // meanwhile
      remove();
    }
  }

  /** Takes the meters out of the registry; no more are added. */
  void remove() {
    removed = true;
    for (Meter each = registered.poll(); each != null; each = registered.poll()) {
      registry.remove(each);
    }
  }
}
