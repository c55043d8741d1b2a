// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Option;

/** A command that loads the same keys into each engine, by turns, and measures it in processes. */
public abstract class TurnsCommand extends ReportCommand {
  /** The line by which a process tells of the libraries of its engine. */
  public static final String LIBRARIES = "libraries";

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "Keys to load (default: ${DEFAULT-VALUE}).")
  private long keys;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "What all keys and values follow from (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** Returns what is measured by turns, which are the engines unless a command tells more apart. */
  protected List<String> rows() {
    return engines();
  }

  /** Returns what is measured: the figures of each table. */
  protected abstract List<? extends List<? extends Measured>> tables();

  /** Returns the lines that are measured. */
  protected List<Curve> curves() {
    return List.of();
  }

  /** Returns what is done, in a few words. */
  protected abstract String phases();

  /**
   * Measures an engine.
   *
   * @param stored the store, of which there is nothing yet
   * @return what the processes printed
   */
  protected abstract Properties measure(Stored stored);

  @Override
  protected final Report measure() {
    List<List<Column>> columns =
        tables().stream().map(table -> table.stream().map(Measured::column).toList()).toList();
    Report report = new Report(title(keys), rows(), columns);
    Pairs pairs = new Pairs(seed, valueBytes());
    Rounds rounds = beginRounds();
    while (rounds.next()) {
      int round = rounds.current();
      report.beginRound();
      List<String> order = new ArrayList<>(rows());
      Collections.rotate(order, round);
      for (String engine : order) {
        progress(round, engine, phases());
        try (TemporaryDirectory files = TemporaryDirectory.below(directory())) {
          Properties outcome = measure(new Stored(engine, files.path(), pairs, keys, threads()));
          report.add(engine, figures(outcome));
          for (Curve curve : curves()) {
            List<Point> points = Curve.read(outcome.getProperty(curve.name(), ""));
            report.add(curve.chart(), engine, points);
          }
          report.note(engine, outcome.getProperty(LIBRARIES));
        }
      }
    }
    return report;
  }

  private Map<Column, Double> figures(Properties outcome) {
    Map<Column, Double> figures = new HashMap<>();
    for (List<? extends Measured> table : tables()) {
      for (Measured figure : table) {
        figures.put(figure.column(), Double.valueOf(outcome.getProperty(figure.name())));
      }
    }
    return figures;
  }

  /** Runs a hidden command in a process of its own, and returns what it printed. */
  protected final Properties run(String engine, List<String> arguments) {
    return MeasuredProcess.run(engine, jvmFlags(), arguments);
  }
}
