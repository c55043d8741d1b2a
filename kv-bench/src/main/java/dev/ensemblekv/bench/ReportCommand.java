// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.engine.Engines;
import dev.ensemblekv.bench.report.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that measures engines, side by side, in rounds. */
public abstract class ReportCommand extends SectionCommand {
  private static final double NANOS_PER_MINUTE = 60e9;

  @Parameters(
      paramLabel = "ENGINE",
      arity = "1..*",
      description = {
        "A spec such as json or ensemble:lmdb, with options after commas (json,json.option=value);",
        "bare-SPEC for the backend's store without guard and counters; or a library without us:",
        "raw-leveldb, raw-lmdb, raw-lmdb-zero-copy, raw-mapdb, raw-mvstore, raw-rocksdb,",
        "raw-rocksdb-blobs.",
        "The others are held against the first."
      })
  private List<String> engines = List.of();

  @Option(
      names = "--peers",
      description = {
        "Add the libraries: raw-rocksdb, raw-rocksdb-blobs, raw-lmdb, raw-leveldb, raw-mapdb, and",
        "raw-mvstore."
      })
  private boolean peers;

  @Mixin private final PairOptions pairs;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Threads that call (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "How often each engine is measured, by turns (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--minutes",
      defaultValue = "1e6",
      description = {
        "Begin no round that would end later, were it to take as long as the longest one; the first",
        "one is begun in any case."
      })
  private double minutes;

  @Option(names = "--sync", description = "Make each write durable at its return.")
  private boolean sync;

  @Option(
      names = "--heap",
      defaultValue = "1g",
      description = "Heap of each process that is measured (default: ${DEFAULT-VALUE}).")
  private String heap = "";

  @Option(
      names = "--jvm-option",
      description = "An option of the JVM for each process that is measured; may be repeated.")
  private List<String> jvmOptions = List.of();

  @Mixin private Scratch scratch = new Scratch();

  /**
   * Makes a command.
   *
   * @param keys how many there are if the command line does not tell
   */
  protected ReportCommand(long keys) {
    this.pairs = new PairOptions(keys);
  }

  /** Measures everything. */
  protected abstract Report measure();

  @Override
  protected final Section section(String name) {
    Report report = measure();
    List<String> facts = new ArrayList<>();
    facts.add("measured by turns, rounds: " + report.rounds() + "; medians, ratios of each round");
    facts.add(ShownCommand.of("JVM of each process:", jvmFlags()));
    facts.add(
        "durability: "
            + (sync
                ? "each write is on the medium at its return"
                : "no write waits for the medium; it is made durable by a flush after the last"));
    facts.addAll(report.notes());
    return new Section(
        name,
        command(),
        Machine.describe(directory()),
        facts,
        report.standings(),
        report.summary(),
        report.tables(),
        report.charts(),
        report.toCsv());
  }

  /** Shows what is being done. */
  protected final void progress(int round, String engine, String what) {
    progress(String.format(Locale.ROOT, "round %d of %d: %s: %s", round + 1, rounds, engine, what));
  }

  /** Returns what stands above the names of the engines. */
  protected final String title() {
    return String.format(Locale.ROOT, "%,d x %d B", pairs.keys(), pairs.valueBytes());
  }

  /** Returns what is put. */
  protected final PairOptions pairs() {
    return pairs;
  }

  /** Returns the engines. */
  protected final List<String> engines() {
    return peers
        ? Stream.concat(engines.stream(), Engines.PEERS.stream()).distinct().toList()
        : engines;
  }

  /** Returns how many threads call. */
  protected final int threads() {
    return threads;
  }

  /** Returns the rounds in which each engine is measured. */
  protected final Rounds beginRounds() {
    return new Rounds(rounds, minutes * NANOS_PER_MINUTE, System::nanoTime);
  }

  /** Tells whether each write is durable at its return. */
  protected final boolean sync() {
    return sync;
  }

  /** Returns the arguments of the JVM for each process that is measured. */
  protected final List<String> jvmFlags() {
    return Machine.jvmFlags(heap, jvmOptions);
  }

  /** Returns where the files are. */
  protected final Path directory() {
    return scratch.directory();
  }
}
