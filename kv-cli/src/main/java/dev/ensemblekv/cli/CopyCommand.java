// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies a store into another, of any kind, and compares them. */
@Command(
    name = "copy",
    description = {
      "Copy a store to a new or empty one, of any kind; then reopen that and compare every pair.",
      "What does not fit into the other store is skipped and named."
    })
final class CopyCommand extends KvCommand {
  @Parameters(index = "0", paramLabel = "FROM", description = "The store to read.")
  private Path from = Path.of("");

  @Parameters(index = "1", paramLabel = "TO", description = "The store to write.")
  private Path to = Path.of("");

  @Option(
      names = "--store",
      paramLabel = "SPEC",
      description = "What TO is made of; default: the same as FROM.")
  private @Nullable String spec;

  @Option(
      names = "--set",
      paramLabel = "OPTION=VALUE",
      description = "An option of TO; 'kv backends --verbose' lists them. Repeatable.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--threads", paramLabel = "N", description = "Default: one per processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  CopyCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    ImportCommand.checkThreads(threads);
    Skips skips = new Skips();
    long started = System.nanoTime();
    try (KvStore source = stores().openReadOnly(from, Map.of())) {
      copy(source, skips);
      Comparison comparison = compare(source);
      print(comparison, skips, Duration.ofNanos(System.nanoTime() - started));
      if (!comparison.isEqualBut(skips.count())) {
        return Exit.FAILED;
      }
    } finally {
      skips.print(shell());
    }
    return skips.count() == 0 ? Exit.DONE : Exit.INCOMPLETE;
  }

  private void copy(KvStore source, Skips skips) {
    StorePairs pairs = new StorePairs(source);
    try (KvStore target = stores().openOrCreate(to, spec, source.stats().spec(), settings);
        Progress progress = Progress.start(shell(), "copy", "pairs", pairs.count());
        PairWriter writer = new PairWriter(target, threads, skips, progress)) {
      checkEmpty(target);
      pairs.readTo(writer, skips);
      writer.finish();
      target.flush();
    } catch (StoreFullException e) {
      throw CommandException.failed("the copy stopped, and is not whole: " + e.getMessage(), e);
    }
  }

  private void checkEmpty(KvStore target) {
    try (Walk walk = Walk.over(target)) {
      if (walk.next()) {
        throw CommandException.failed(
            to + " holds keys already; copy to a new store, or empty this one (kv destroy) first");
      }
    }
  }

  private Comparison compare(KvStore source) {
    try (KvStore target = stores().openReadOnly(to, Map.of());
        Progress progress = Progress.start(shell(), "compare", "pairs", bothWays(source, target))) {
      return Comparison.of(source, target, progress);
    }
  }

  private static long bothWays(KvStore source, KvStore target) {
    long here = Progress.expectedPairs(source);
    long there = Progress.expectedPairs(target);
    return here < 0 || there < 0 ? Progress.UNKNOWN : here + there;
  }

  private void print(Comparison comparison, Skips skips, Duration time) {
    boolean asSkipped = comparison.isEqualBut(skips.count());
    if (!asSkipped) {
      comparison.firstDifferences().forEach(shell()::note);
      shell()
          .note(
              "the copy differs: "
                  + Figures.count(comparison.differences(), "key")
                  + ", where "
                  + Figures.count(skips.count())
                  + " were skipped");
    }
    if (json) {
      ObjectNode result = Json.object();
      result.put("pairs", comparison.equalPairs()).put("verified", asSkipped);
      result.put("differences", comparison.differences());
      result.put("seconds", Figures.seconds(time));
      skips.addTo(result);
      Json.print(out(), result);
    } else if (asSkipped) {
      out()
          .line(
              "copied and compared "
                  + Figures.count(comparison.equalPairs(), "pair")
                  + " in "
                  + Figures.time(time)
                  + " from "
                  + from
                  + " to "
                  + to);
    }
  }
}
