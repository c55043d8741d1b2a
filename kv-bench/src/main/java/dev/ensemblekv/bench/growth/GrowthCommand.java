// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.bench.PairOptions;
import dev.ensemblekv.bench.Scratch;
import dev.ensemblekv.bench.SectionCommand;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.report.Section;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lets an ensemble grow in a model to scale, and prints what that costs. */
@Command(
    name = "growth",
    description = {
      "Let an ensemble grow to any size in a model: its own code over substores that keep nothing.",
      "Sizes are written as 16GiB."
    })
public final class GrowthCommand extends SectionCommand {
  private static final KvOption<Long> SIZE = KvOption.sizeBytes("growth.size").build(1L, "A size.");

  @Mixin private PairOptions pairs = new PairOptions(10_000_000_000L);

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

  @Mixin private Scratch scratch = new Scratch();

  @Override
  protected Section section(String name) {
    Plan plan =
        new Plan(
            pairs.keys(),
            scale,
            values,
            pairs.valueBytes(),
            maxKeys,
            SIZE.parse(maxBytes),
            initialSubstores,
            split,
            SIZE.parse(ingest),
            SIZE.parse(disk),
            SIZE.parse(rate),
            pairs.seed());
    try (TemporaryDirectory files = TemporaryDirectory.below(scratch.directory())) {
      Life life =
          Growing.live(plan, files.path(), doubling -> progress(doubling.substores + " substores"));
      return new LifeSection(plan).of(life, name, command());
    }
  }
}
