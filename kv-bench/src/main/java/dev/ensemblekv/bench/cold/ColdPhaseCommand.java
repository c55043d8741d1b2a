// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.ProcessCommand;
import dev.ensemblekv.bench.cold.ColdPhase.Kind;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The process of one {@link ColdPhase}. */
@Command(name = ColdPhaseCommand.NAME, hidden = true)
public final class ColdPhaseCommand extends ProcessCommand {
  static final String NAME = "cold-phase";

  @Parameters(index = "6")
  private Kind kind = Kind.LOAD;

  @Parameters(index = "7")
  private int seconds;

  @Parameters(index = "8")
  private long calls;

  @Parameters(index = "9")
  private int idleSeconds;

  /** Returns the arguments that make a process do a phase. */
  static List<String> arguments(Kind kind, ColdPhase phase) {
    return arguments(
        NAME, phase.stored(), kind, phase.seconds(), phase.calls(), phase.idleSeconds());
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    ColdPhase.Outcome outcome = new ColdPhase(stored(), seconds, calls, idleSeconds).run(kind);
    print(outcome.figures(), outcome.libraries());
    return 0;
  }
}
