// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreDescriptor;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what a store tells about itself. */
@Command(
    name = "stats",
    description = {
      "Show the state and the figures of a store and of its substores, and its recorded options.",
      "The number of keys is exact; other figures are marked where they are not."
    })
final class StatsCommand extends StoreCommand {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  StatsCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    try (KvStore store = openReadOnly()) {
      KvStats stats = store.stats();
      long keys = store.size();
      Map<String, String> options =
          shell()
              .environment()
              .describe(directory())
              .map(StoreDescriptor::options)
              .orElse(Map.of());
      if (json) {
        ObjectNode document = Json.object();
        add(document, stats);
        document.put("keys", keys);
        ArrayNode features = document.putArray("features");
        store.features().forEach(feature -> features.add(feature.name()));
        ObjectNode recorded = document.putObject("options");
        new TreeMap<>(options).forEach(recorded::put);
        Json.print(out(), document);
      } else {
        print(stats, keys, store, new TreeMap<>(options));
      }
      return Exit.DONE;
    }
  }

  private static void add(ObjectNode document, KvStats stats) {
    document.put("spec", stats.spec()).put("name", stats.name());
    document.put("state", stats.state().name());
    stats.problem().ifPresent(problem -> document.put("problem", problem));
    stats.metric(KvMetric.KEYS).ifPresent(metric -> Json.number(document, "keys", metric.value()));
    ObjectNode metrics = document.putObject("metrics");
    for (KvMetric metric : stats.metrics()) {
      ObjectNode object = metrics.putObject(metric.name());
      Json.number(object, "value", metric.value());
      object.put("unit", word(metric.unit())).put("kind", word(metric.kind()));
      object.put("precision", word(metric.precision())).put("text", metric.text());
    }
    ObjectNode facts = document.putObject("facts");
    stats.facts().forEach(facts::put);
    ArrayNode substores = document.putArray("substores");
    stats.substores().forEach(substore -> add(substores.addObject(), substore));
  }

  private void print(KvStats stats, long keys, KvStore store, Map<String, String> options) {
    line(0, "spec", stats.spec());
    line(0, "name", stats.name());
    line(0, "state", stats.state() + stats.problem().map(text -> ": " + text).orElse(""));
    line(0, "keys", Figures.count(keys));
    options.forEach((name, value) -> line(0, name, value));
    line(0, "features", store.features().toString());
    out().line("");
    printFigures(0, stats);
    for (KvStats substore : stats.substores()) {
      String problem = substore.problem().map(text -> ": " + text).orElse("");
      out().line("");
      out().line("substore " + substore.name() + " (" + substore.state() + problem + ")");
      printFigures(1, substore);
    }
  }

  private void printFigures(int depth, KvStats stats) {
    stats.facts().forEach((name, value) -> line(depth, name, value));
    for (KvMetric metric : stats.metrics()) {
      String mark =
          switch (metric.precision()) {
            case EXACT -> "";
            case UPPER_BOUND -> "at most ";
            case ESTIMATE -> "about ";
          };
      line(depth, metric.name(), mark + Figures.value(metric), isVerbose() ? metric.text() : "");
    }
  }

  private void line(int depth, String name, String value, String text) {
    line(depth, name, text.isEmpty() ? value : String.format(Locale.ROOT, "%-20s %s", value, text));
  }

  private void line(int depth, String name, String value) {
    out().line(String.format(Locale.ROOT, "%s%-24s %s", "  ".repeat(depth), name, value));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
