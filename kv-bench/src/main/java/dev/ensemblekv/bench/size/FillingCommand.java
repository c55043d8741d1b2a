// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.ProcessCommand;
import dev.ensemblekv.bench.Stored;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The process of one {@link Filling}, which tells of each step as soon as it is done. */
@Command(name = FillingCommand.NAME, hidden = true)
public final class FillingCommand extends ProcessCommand {
  static final String NAME = "filling";
  private static final double GIGA = 1e9;

  @Parameters(index = "6")
  private int steps;

  @Parameters(index = "7")
  private int gets;

  /** Returns the arguments that make a process fill a store. */
  static List<String> arguments(Filling filling) {
    return arguments(NAME, filling.stored(), filling.steps(), filling.gets());
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    Stored stored = stored();
    Growth growth = new Growth(stored.pairBytes());
    String libraries =
        new Filling(stored, steps, gets)
            .run(
                step -> {
                  growth.add(step);
                  progress(
                      String.format(
                          Locale.ROOT,
                          "%.3g GB: %.0f k put/s, %.1f k get/s, %.1f k page reads/s,"
                              + " %d substores",
                          growth.dataBytes(step) / GIGA,
                          step.puts() / 1e3,
                          step.gets() / 1e3,
                          step.pageReads() / 1e3,
                          step.substores()));
                });
    print(growth.figures(), growth.lines(), libraries);
    return 0;
  }
}
