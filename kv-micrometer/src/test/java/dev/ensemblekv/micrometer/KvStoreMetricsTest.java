// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.micrometer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.StoreClosedException;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The figures of a store are meters, as long as it is open. */
class KvStoreMetricsTest {
  private static final byte[] KEY = "key".getBytes(UTF_8);

  @TempDir Path temp;

  private final ManualClock clock = new ManualClock();
  private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);

  /** Time that passes when the test says so. */
  private static final class ManualClock implements Clock {
    private long nanos;

    @Override
    public long wallTime() {
      return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Override
    public long monotonicTime() {
      return nanos;
    }

    void pass() {
      nanos += Sample.MOST_AGE.toNanos();
    }
  }

  private KvStore open(String spec, String name) {
    return open(spec, name, temp.resolve(name));
  }

  private static KvStore open(String spec, String name, Path directory) {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, name).build();
    return KvStores.open(spec, directory, options);
  }

  private void readAll() {
    registry.getMeters().forEach(meter -> meter.measure().forEach(Measurement::getValue));
  }

  private double counted(String name, String... tags) {
    return registry.get(name).tags("store", "music").tags(tags).functionCounter().count();
  }

  private double shown(String name, String... tags) {
    return registry.get(name).tags("store", "music").tags(tags).gauge().value();
  }

  @Test
  void callsAreCountedByOperation() {
    try (KvStore store = open("memory", "music")) {
      new KvStoreMetrics(store).bindTo(registry);

      store.put(KEY, new byte[7]);
      store.get(KEY);
      store.get(KEY);
      store.exists(new byte[] {1});
      clock.pass();

      assertThat(counted("kv.store.operations", "op", "get")).isEqualTo(3);
      assertThat(counted("kv.store.operations", "op", "put")).isEqualTo(1);
      assertThat(counted("kv.store.operations", "op", "compareAndSet")).isZero();
      assertThat(counted("kv.store.operations.failed", "op", "get")).isZero();
      assertThat(counted("kv.store.reads", "result", "hit")).isEqualTo(2);
      assertThat(counted("kv.store.reads", "result", "miss")).isEqualTo(1);
      assertThat(counted("kv.store.read")).isEqualTo(14);
      assertThat(counted("kv.store.written")).isEqualTo(10);
    }
  }

  @Test
  void figuresAreGaugesWithTheirUnit() {
    try (KvStore store = open("ensemble:extent", "music")) {
      new KvStoreMetrics(store).bindTo(registry);
      store.put(KEY, new byte[7]);
      clock.pass();

      assertThat(shown("kv.store.keys")).isEqualTo(1);
      assertThat(shown("kv.store.live")).isEqualTo(10);
      assertThat(shown("kv.store.substores")).isEqualTo(3);
      assertThat(shown("kv.store.state", "state", "open")).isEqualTo(1);
      assertThat(shown("kv.store.state", "state", "failed")).isZero();
      Meter.Id disk = registry.get("kv.store.disk").meter().getId();
      assertThat(disk.getBaseUnit()).isEqualTo("bytes");
      assertThat(disk.getDescription()).endsWith("(bytes, exact)");
      assertThat(shown("kv.store.disk"))
          .as("of all substores together")
          .isEqualTo(store.stats().total(KvMetric.DISK_BYTES).orElseThrow().value())
          .isPositive();
    }
  }

  @Test
  void whatAStoreTellsLaterIsAdded() {
    try (KvStore store = open("memory", "music")) {
      new KvStoreMetrics(store).bindTo(registry);
      assertThat(registry.find("kv.store.latency.sampled").meter()).isNull();

      store.flush(); // each is timed
      clock.pass();
      readAll();

      TimeGauge longest =
          registry
              .get("kv.store.latency.sampled")
              .tags("op", "flush", "statistic", "max")
              .timeGauge();
      assertThat(longest.value(TimeUnit.NANOSECONDS))
          .isEqualTo(store.stats().metric("flushSampledMaxNanos").orElseThrow().value());
    }
  }

  @Test
  void whatARegistryAsksForAtOnceIsOfOneMoment() {
    try (KvStore store = open("memory", "music")) {
      new KvStoreMetrics(store).bindTo(registry);
      store.put(KEY, new byte[7]);

      assertThat(shown("kv.store.keys")).isZero();
      clock.pass();
      assertThat(shown("kv.store.keys")).isEqualTo(1);
    }
  }

  @Test
  void closingTheStoreTakesItsMetersAway() {
    MeterRegistry second = new SimpleMeterRegistry();
    try (KvStore store = open("memory", "music")) {
      KvStoreMetrics metrics = new KvStoreMetrics(store);
      metrics.bindTo(registry);
      metrics.bindTo(second);
      metrics.bindTo(second);
      store.flush();
      clock.pass();
      readAll();
    }
    assertThat(registry.getMeters()).isEmpty();
    assertThat(second.getMeters()).isEmpty();
    try (KvStore again = open("memory", "music")) {
      new KvStoreMetrics(again).bindTo(registry);
      assertThat(registry.getMeters()).isNotEmpty();
    }
  }

  @Test
  void closingTheMetersLeavesThoseOfOthers() {
    try (KvStore store = open("memory", "music");
        KvStore other = open("memory", "films")) {
      new KvStoreMetrics(other).bindTo(registry);
      List<Meter> ofOther = registry.getMeters();
      KvStoreMetrics metrics = new KvStoreMetrics(store);
      metrics.bindTo(registry);

      metrics.close();

      assertThat(registry.getMeters()).containsExactlyInAnyOrderElementsOf(ofOther);
    }
  }

  @Test
  void aClosedRegistryIsInNobodysWay() {
    MeterRegistry closed = new SimpleMeterRegistry();
    try (KvStore store = open("memory", "music")) {
      KvStoreMetrics metrics = new KvStoreMetrics(store);
      metrics.bindTo(closed);
      closed.close();

      metrics.bindTo(registry);

      store.put(KEY, KEY);
      clock.pass();
      assertThat(counted("kv.store.operations", "op", "put")).isEqualTo(1);
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void aClosedStoreIsNotBound() {
    KvStore store = open("memory", "music");
    KvStoreMetrics bound = new KvStoreMetrics(store);
    bound.bindTo(new SimpleMeterRegistry());
    KvStoreMetrics unbound = new KvStoreMetrics(store);
    store.close();

    for (KvStoreMetrics metrics : List.of(unbound, bound)) {
      assertThatExceptionOfType(StoreClosedException.class)
          .isThrownBy(() -> metrics.bindTo(registry));
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void twoStoresOfOneNameNeedTagsThatTellThemApart() {
    try (KvStore first = open("memory", "music");
        KvStore second = open("memory", "music", temp.resolve("second"))) {
      new KvStoreMetrics(first, Tags.of("shelf", "1")).bindTo(registry);
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> new KvStoreMetrics(second, Tags.of("shelf", "1")).bindTo(registry))
          .withMessageContaining("store=music")
          .withMessageContaining("more tags");

      new KvStoreMetrics(second, Tags.of("shelf", "2")).bindTo(registry);

      second.put(KEY, KEY);
      clock.pass();
      assertThat(shown("kv.store.keys", "shelf", "1")).isZero();
      assertThat(shown("kv.store.keys", "shelf", "2")).isEqualTo(1);
    }
  }

  @Test
  void aRegistryThatRefusedTheMetersTakesThemWhenTheOthersAreGone() {
    try (KvStore store = open("memory", "music")) {
      KvStoreMetrics metrics = new KvStoreMetrics(store);
      try (KvStore other = open("memory", "music", temp.resolve("second"))) {
        new KvStoreMetrics(other).bindTo(registry);
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> metrics.bindTo(registry));
      }
      metrics.bindTo(registry);
      assertThat(shown("kv.store.keys")).isZero();
    }
  }

  @Test
  void withoutCountsThereAreNoMetersOfThem() {
    KvOptions options = KvOptions.builder().set(KvOptions.COUNT_CALLS, false).build();
    try (KvStore store = KvStores.open("memory", temp.resolve("music"), options)) {
      new KvStoreMetrics(store).bindTo(registry);

      assertThat(registry.find("kv.store.operations").meter()).isNull();
      assertThat(registry.find("kv.store.keys").meter()).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"memory", "json", "extent", "leveldb", "lmdb", "ensemble:extent", "ensemble:lmdb"})
  void eachFigureIsAMeterOfItsOwn(String spec) {
    try (KvStore store = open(spec, "music")) {
      store.put(KEY, KEY);
      store.flush();
      new KvStoreMetrics(store).bindTo(registry);

      int states = 3;
      assertThat(registry.getMeters()).hasSize(store.stats().totals().size() + states);
      assertThat(registry.getMeters())
          .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotBlank());
    }
  }

  @Test
  void prometheusIsShownThemByItsOwnConventions() {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (KvStore store = open("ensemble:extent", "music")) {
      store.put(KEY, new byte[7]);
      store.flush();
      new KvStoreMetrics(store).bindTo(prometheus);

      assertThat(prometheus.scrape())
          .contains(
              "kv_store_operations_total{op=\"put\",store=\"music\"} 1.0\n",
              "kv_store_written_bytes_total{store=\"music\"} 10.0\n",
              "kv_store_live_bytes{store=\"music\"} 10.0\n",
              "kv_store_state{state=\"open\",store=\"music\"} 1.0\n",
              "kv_store_latency_sampled_seconds{op=\"flush\",statistic=\"p99\",store=\"music\"}",
              "# HELP kv_store_operations_total Calls, by operation.\n",
              "# HELP kv_store_keys Number of live keys. (count, upper bound)\n",
              "# TYPE kv_store_stall_seconds_total counter\n");
    }
    assertThat(prometheus.scrape()).doesNotContain("music");
  }
}
