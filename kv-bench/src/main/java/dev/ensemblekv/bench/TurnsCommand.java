// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Chart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A command that loads the same keys into each engine, by turns, and measures it in processes. */
public abstract class TurnsCommand extends ReportCommand {
  /** Makes a command. */
  protected TurnsCommand() {
    super(1_000_000);
  }

  /** Returns what is measured by turns, which are the engines unless a command tells more apart. */
  protected List<String> rows() {
    return engines();
  }

  /** Returns what is measured: the figures of each table. */
  protected abstract List<List<Figure>> tables();

  /** Returns where lines that are measured are shown, without lines. */
  protected List<Chart> charts() {
    return List.of();
  }

  /** Returns what is done, in a few words. */
  protected abstract String phases();

  /**
   * Measures an engine.
   *
   * @param stored the store, of which there is nothing yet
   */
  protected abstract Outcome measure(Stored stored);

  @Override
  protected final Report measure() {
    Report report = new Report(title(), rows(), tables(), charts());
    Rounds rounds = beginRounds();
    while (rounds.next()) {
      int round = rounds.current();
      report.beginRound();
      List<String> order = new ArrayList<>(rows());
      Collections.rotate(order, round);
      for (String engine : order) {
        progress(round, engine, phases());
        try (TemporaryDirectory files = TemporaryDirectory.below(directory())) {
          report.add(engine, measure(stored(engine, files.path())));
        }
      }
    }
    return report;
  }

  private Stored stored(String engine, Path directory) {
    return new Stored(engine, directory, pairs().pairs(), pairs().keys(), threads());
  }

  /** Does a job in a process of its own. */
  protected final Outcome run(Job job) {
    return MeasuredProcess.run(job, jvmFlags());
  }
}
