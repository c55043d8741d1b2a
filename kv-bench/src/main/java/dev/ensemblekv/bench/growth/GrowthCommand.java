// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.bench.Scratch;
import dev.ensemblekv.bench.TemporaryDirectory;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets an ensemble grow in a model to scale, and prints what that costs. */
@Command(
    name = "growth",
    description = {
      "Let an ensemble grow to any size in a model: its own code over substores that keep nothing.",
      "Sizes are written as 16GiB."
    })
public final class GrowthCommand implements Callable<Integer> {
  private static final KvOption<Long> SIZE = KvOption.sizeBytes("growth.size").build(1L, "A size.");

  @Option(
      names = "--pairs",
      defaultValue = "10000000000",
      description = "How many pairs there are in the end (default: ${DEFAULT-VALUE}).")
  private long pairs;

  @Option(
      names = "--value-bytes",
      defaultValue = "1000",
      description = "How long values are in the mean (default: ${DEFAULT-VALUE}).")
  private long valueBytes;

  @Option(
      names = "--values",
      defaultValue = "FIXED",
      description = "How long each is: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Values values = Values.FIXED;

  @Option(
      names = "--split",
      defaultValue = "COPYING",
      description = "How substores split: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Plan.Split split = Plan.Split.COPYING;

  @Option(
      names = "--scale",
      defaultValue = "1000",
      description = "How many pairs one put of the model stands for (default: ${DEFAULT-VALUE}).")
  private long scale;

  @Option(
      names = "--initial-substores",
      defaultValue = "3",
      description = "How many substores there are at first (default: ${DEFAULT-VALUE}).")
  private int initialSubstores;

  @Option(
      names = "--max-keys",
      defaultValue = "50000000",
      description = "Keys that a substore carries (default: ${DEFAULT-VALUE}).")
  private long maxKeys;

  @Option(
      names = "--max-bytes",
      defaultValue = "16GiB",
      description = "Bytes that a substore carries (default: ${DEFAULT-VALUE}).")
  private String maxBytes = "";

  @Option(
      names = "--ingest",
      defaultValue = "20MiB",
      description = "Bytes put each second (default: ${DEFAULT-VALUE}).")
  private String ingest = "";

  @Option(
      names = "--disk",
      defaultValue = "500MiB",
      description = "Bytes that the disk reads and writes each second (default: ${DEFAULT-VALUE}).")
  private String disk = "";

  @Option(
      names = "--rate",
      defaultValue = "1GiB",
      description = "The ensemble's own limit, ensemble.splitRate (default: ${DEFAULT-VALUE}).")
  private String rate = "";

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "What everything random follows from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private Scratch scratch = new Scratch();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() {
    Plan plan =
        new Plan(
            pairs,
            scale,
            values,
            valueBytes,
            maxKeys,
            SIZE.parse(maxBytes),
            initialSubstores,
            split,
            SIZE.parse(ingest),
            SIZE.parse(disk),
            SIZE.parse(rate),
            seed);
    PrintWriter out = spec.commandLine().getOut();
    GrowthReport report = new GrowthReport(plan, out);
    try (TemporaryDirectory files = TemporaryDirectory.below(scratch.directory())) {
      report.begin();
      report.end(Growing.live(plan, files.path(), report::row));
    }
    return 0;
  }
}
