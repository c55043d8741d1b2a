// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.bench.Machine;
import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fills one store, and prints how fast it is at each size. */
@Command(
    name = "size",
    description = {
      "Fill a store, and measure puts and gets at each size. Sizes are written as 16GiB."
    })
public final class SizeCommand implements Callable<Integer> {
  private static final KvOption<Long> SIZE = KvOption.sizeBytes("size").build(1L, "A size.");
  private static final double GIGA = 1e9;
  private static final int BAR = 30;
  private static final int TENTH = 10;

  @Parameters(paramLabel = "ENGINE", description = "An engine, as the other commands have it.")
  private String engine = "";

  @Option(
      names = "--bytes",
      defaultValue = "40GiB",
      description = "Length of all keys and values in the end (default: ${DEFAULT-VALUE}).")
  private String bytes = "";

  @Option(
      names = "--step",
      defaultValue = "1GiB",
      description = "How much is put between two looks (default: ${DEFAULT-VALUE}).")
  private String step = "";

  @Option(
      names = "--gets",
      defaultValue = "20000",
      description = "Gets of keys that are there, after each step (default: ${DEFAULT-VALUE}).")
  private int gets;

  @Option(
      names = "--value-bytes",
      defaultValue = "1000",
      description = "Length of each value (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Threads that call (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "What everything random follows from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--directory",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where the files are, which are deleted (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  private final List<Filling.Step> steps = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    Pairs pairs = new Pairs(seed, valueBytes);
    long pairBytes = Pairs.KEY_BYTES + (long) valueBytes;
    long stepKeys = Math.max(1, SIZE.parse(step) / pairBytes);
    long keys = stepKeys * Math.max(1, SIZE.parse(bytes) / SIZE.parse(step)); // no part of a step
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "- %s%n%n", Machine.describe());
    out.println("| data | puts/s | gets/s | splits | puts |");
    out.println("|---|---|---|---|---|");
    out.flush();
    try (TemporaryDirectory files = TemporaryDirectory.below(directory)) {
      Stored stored = new Stored(engine, files.path(), pairs, keys, threads);
      String libraries =
          new Filling(stored, stepKeys, gets)
              .run(
                  done -> {
                    steps.add(done);
                    out.println(row(done, pairBytes));
                    out.flush();
                  });
      out.printf(Locale.ROOT, "%n- %s: %s%n", engine, libraries);
    }
    int early = Math.min(TENTH, steps.size()) - 1;
    Filling.Step compared = steps.get(early);
    Filling.Step last = steps.get(steps.size() - 1);
    out.printf(
        Locale.ROOT,
        "- step %d by step %d: puts %.2f, gets %.2f%n",
        steps.size(),
        early + 1,
        last.puts() / compared.puts(),
        last.gets() / compared.gets());
    out.flush();
    return 0;
  }

  private String row(Filling.Step done, long pairBytes) {
    double longest = steps.get(0).puts();
    int length = (int) Math.min(2L * BAR, Math.round(BAR * done.puts() / longest));
    return String.format(
        Locale.ROOT,
        "| %.3g GB | %.0f k | %.1f k | %d | %s |",
        done.keys() * pairBytes / GIGA,
        done.puts() / 1e3,
        done.gets() / 1e3,
        done.splits(),
        "#".repeat(length));
  }
}
