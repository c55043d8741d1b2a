// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Bench;
import dev.ensemblekv.bench.Column;
import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.Report;
import dev.ensemblekv.bench.ReportCommand;
import dev.ensemblekv.bench.TemporaryDirectory;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Does the same work with several engines, each in a process of its own, by turns. */
@Command(
    name = "peers",
    description = "Load, read and write the same pairs with several engines, side by side.")
public final class PeersCommand extends ReportCommand {
  /** The line by which a process tells of its libraries. */
  static final String LIBRARIES = "libraries";

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "Keys to load (default: ${DEFAULT-VALUE}).")
  private long keys;

  @Option(
      names = "--operations",
      defaultValue = "1000000",
      description = "Calls in each other phase (default: ${DEFAULT-VALUE}).")
  private long operations;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "What all keys and values follow from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  protected Report measure() {
    Report report = new Report(title(keys), engines(), Figure.tables());
    for (int round = 0; round < rounds(); round++) {
      report.beginRound();
      List<String> order = new ArrayList<>(engines());
      Collections.rotate(order, round);
      for (String engine : order) {
        progress(round, engine, "load, get, absent, 50:50, reopen");
        Properties outcome = run(engine);
        report.add(engine, figures(outcome));
        report.note(engine, outcome.getProperty(LIBRARIES));
      }
    }
    return report;
  }

  private static Map<Column, Double> figures(Properties outcome) {
    Map<Column, Double> figures = new HashMap<>();
    for (Figure figure : Figure.values()) {
      figures.put(figure.column(), Double.valueOf(outcome.getProperty(figure.name())));
    }
    return figures;
  }

  private Properties run(String engine) {
    try (TemporaryDirectory files = TemporaryDirectory.below(directory())) {
      Pairs pairs = new Pairs(seed, valueBytes());
      Workload workload =
          new Workload(engine, files.path(), pairs, keys, operations, threads(), sync());
      return run(workload);
    } catch (IOException e) {
      throw new IllegalStateException(engine + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(engine + " was interrupted", e);
    }
  }

  private Properties run(Workload workload) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
    command.addAll(WorkloadCommand.arguments(workload));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      process.getOutputStream().close();
      Properties outcome = new Properties();
      try (Reader output = process.inputReader(StandardCharsets.UTF_8)) {
        outcome.load(output);
      }
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(
            workload.engine() + " failed with exit code " + exitCode + "; see above");
      }
      return outcome;
    } finally {
      process.destroyForcibly();
    }
  }
}
