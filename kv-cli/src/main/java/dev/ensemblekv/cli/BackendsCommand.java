// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.spi.KvBackend;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the engines that stores can be made of. */
@Command(
    name = "backends",
    description = "List the backends that a spec can name; --verbose: also all their options.")
final class BackendsCommand extends KvCommand {
  @Option(names = "--json", description = "Print JSON, with all options.")
  private boolean json;

  BackendsCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    List<KvBackend> backends =
        shell().environment().backends().stream()
            .sorted(Comparator.comparing(KvBackend::name))
            .toList();
    if (json) {
      printJson(backends);
    } else {
      backends.forEach(this::print);
      if (isVerbose()) {
        out().line("every store");
        KvOptions.global().forEach(this::print);
      }
    }
    return Exit.DONE;
  }

  private void print(KvBackend backend) {
    out().line(backend.name() + (backend.isLayer() ? ":..." : ""));
    out().line("    " + backend.description());
    out().line("    " + features(backend));
    if (isVerbose()) {
      KvLimits limits = backend.limits();
      out()
          .line(
              "    keys to "
                  + Figures.bytes(limits.maxKeyBytes())
                  + ", values to "
                  + Figures.bytes(limits.maxValueBytes())
                  + ", batches to "
                  + Figures.bytes(limits.maxBatchBytes()));
      backend.options().forEach(this::print);
    }
  }

  private static String features(KvBackend backend) {
    List<String> names = backend.features().stream().sorted().map(KvFeature::name).toList();
    return names.isEmpty() ? "no features" : String.join(" ", names);
  }

  private <T> void print(KvOption<T> option) {
    String range = option.range();
    out()
        .line(
            "    --set "
                + option.name()
                + "=<"
                + option.typeName()
                + ">  default "
                + shownDefault(option)
                + (range.isEmpty() ? "" : ", " + range)
                + ", "
                + word(option.kind()));
    out().line("        " + option.text());
  }

  private static <T> String shownDefault(KvOption<T> option) {
    String value = option.format(option.defaultValue());
    return value.isEmpty() ? "(empty)" : value;
  }

  private void printJson(List<KvBackend> backends) {
    ObjectNode document = Json.object();
    ArrayNode list = document.putArray("backends");
    for (KvBackend backend : backends) {
      ObjectNode object = list.addObject();
      object.put("name", backend.name()).put("description", backend.description());
      object.put("layer", backend.isLayer());
      ArrayNode features = object.putArray("features");
      backend.features().stream().sorted().forEach(feature -> features.add(feature.name()));
      object
          .putObject("limits")
          .put("maxKeyBytes", backend.limits().maxKeyBytes())
          .put("maxValueBytes", backend.limits().maxValueBytes())
          .put("maxBatchBytes", backend.limits().maxBatchBytes());
      ArrayNode options = object.putArray("options");
      backend.options().forEach(option -> add(options.addObject(), option));
    }
    ArrayNode global = document.putArray("options");
    KvOptions.global().forEach(option -> add(global.addObject(), option));
    Json.print(out(), document);
  }

  private static <T> void add(ObjectNode object, KvOption<T> option) {
    object.put("name", option.name()).put("type", option.typeName());
    object.put("default", option.format(option.defaultValue())).put("range", option.range());
    object.put("kind", word(option.kind())).put("secret", option.isSecret());
    object.put("text", option.text());
  }

  private static String word(KvOption.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
