// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import io.prometheus.jmx.JmxCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jmx_exporter makes of the beans with our configuration, and our dashboard shows. */
class MonitoringTest {
  private static final Path FILES = Path.of("../monitoring");
  private static final Pattern METRIC = Pattern.compile("ensemblekv_[a-z_]+");

  @TempDir private Path temp = Path.of("");

  /** Returns the metrics of all stores that are open, as Prometheus names and labels them. */
  private static Map<String, Double> scrape() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    new JmxCollector(FILES.resolve("jmx-exporter.yml").toFile()).register(registry);
    Map<String, Double> values = new TreeMap<>();
    for (MetricSnapshot metric : registry.scrape()) {
      String name = metric.getMetadata().getName();
      for (DataPointSnapshot point : metric.getDataPoints()) {
        if (point instanceof CounterDataPointSnapshot counter) {
          values.put(name + "_total" + point.getLabels(), counter.getValue());
        } else if (point instanceof GaugeDataPointSnapshot gauge) {
          values.put(name + point.getLabels(), gauge.getValue());
        }
      }
    }
    return values;
  }

  private KvStore open(String spec, String name) {
    KvStore store = KvStores.open(spec, temp.resolve(name));
    for (int i = 0; i < 10; i++) {
      store.put(("key" + i).getBytes(StandardCharsets.UTF_8), new byte[100]);
    }
    return store;
  }

  @Test
  void theMetricsHaveTheFiguresOfTheBeans() throws Exception {
    try (KvStore watched = open("ensemble:extent", "watched");
        KvStore odd = open("json", "odd,name")) {
      Map<String, Double> metrics = scrape();

      assertThat(watched.size() + odd.size()).isEqualTo(20);
      assertThat(metrics)
          .containsEntry("ensemblekv_calls_total{op=\"put\",store=\"watched\"}", 10.0)
          .containsEntry("ensemblekv_calls_total{op=\"put\",store=\"odd,name\"}", 10.0)
          .containsEntry("ensemblekv_written_bytes_total{store=\"watched\"}", 1040.0)
          .containsEntry("ensemblekv_keys_at_most{store=\"watched\"}", 10.0)
          .containsEntry("ensemblekv_substore_count{store=\"watched\"}", 3.0)
          .containsEntry("ensemblekv_state{state=\"OPEN\",store=\"watched\"}", 1.0)
          .containsEntry("ensemblekv_growth_paused{store=\"watched\"}", 0.0)
          .containsKey("ensemblekv_substore_fill{store=\"watched\",substore=\"0002\"}")
          .containsKey("ensemblekv_latency_micros{of=\"p99\",op=\"get\",store=\"watched\"}")
          .containsEntry("jmx_scrape_error{}", 0.0);
      assertThat(names(metrics)).allMatch(name -> name.matches("(ensemblekv|jmx)_.*"));
    }
  }

  @Test
  void whatTheDashboardAsksForIsThere() throws Exception {
    JsonNode dashboard =
        new ObjectMapper().readTree(FILES.resolve("grafana-dashboard.json").toFile());
    Set<String> asked = new TreeSet<>();
    for (JsonNode query : dashboard.findValues("expr")) {
      asked.addAll(METRIC.matcher(query.asText()).results().map(MatchResult::group).toList());
    }
    assertThat(asked).hasSizeGreaterThan(10);
    assertThat(dashboard.at("/templating/list/1/query").asText())
        .isEqualTo("label_values(ensemblekv_state, store)");

    try (KvStore store = open("ensemble:extent", "shown")) {
      assertThat(store.size()).isEqualTo(10);
      assertThat(names(scrape())).containsAll(asked);
    }
  }

  private static Set<String> names(Map<String, Double> metrics) {
    return metrics.keySet().stream()
        .map(key -> key.substring(0, key.indexOf('{')))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
