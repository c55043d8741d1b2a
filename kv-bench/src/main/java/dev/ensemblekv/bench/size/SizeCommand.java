// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import dev.ensemblekv.bench.report.Chart;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Fills stores step by step, and measures how fast they are at each size. */
@Command(
    name = "size",
    description = "Fill several engines, side by side, and measure puts and gets at each size.")
public final class SizeCommand extends TurnsCommand {
  @Option(
      names = "--steps",
      defaultValue = "40",
      description = "In how many steps all keys are put (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--gets",
      defaultValue = "20000",
      description = "Gets of keys that are there, after each step (default: ${DEFAULT-VALUE}).")
  private int gets;

  @Override
  protected List<List<Figure>> tables() {
    return List.of(SizeFigures.ALL);
  }

  @Override
  protected List<Chart> charts() {
    return Growth.charts();
  }

  @Override
  protected String phases() {
    return steps + " steps of puts and gets";
  }

  @Override
  protected Outcome measure(Stored stored) {
    return run(new Filling(stored, steps, gets));
  }
}
