// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.latency;

import dev.ensemblekv.bench.ProcessCommand;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The process of one {@link SteadyLoad}. */
@Command(name = LatencyPhaseCommand.NAME, hidden = true)
public final class LatencyPhaseCommand extends ProcessCommand {
  static final String NAME = "latency-phase";

  @Parameters(index = "6")
  private int rate;

  @Parameters(index = "7")
  private int seconds;

  @Parameters(index = "8")
  private boolean splitting;

  /** Returns the arguments that make a process put a load on a store. */
  static List<String> arguments(SteadyLoad load) {
    return arguments(NAME, load.stored(), load.rate(), load.seconds(), load.splitting());
  }

  @Override
  public Integer call() throws InterruptedException {
    SteadyLoad.Outcome outcome = new SteadyLoad(stored(), rate, seconds, splitting).run();
    print(outcome.figures(), outcome.libraries());
    return 0;
  }
}
