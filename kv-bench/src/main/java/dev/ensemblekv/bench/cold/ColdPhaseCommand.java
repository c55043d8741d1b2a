// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.TurnsCommand;
import dev.ensemblekv.bench.cold.ColdPhase.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The process of one {@link ColdPhase}: tells its parent what came out. */
@Command(name = ColdPhaseCommand.NAME, hidden = true)
public final class ColdPhaseCommand implements Callable<Integer> {
  static final String NAME = "cold-phase";

  @Parameters(index = "0")
  private Kind kind = Kind.LOAD;

  @Parameters(index = "1")
  private String engine = "";

  @Parameters(index = "2")
  private Path directory = Path.of("");

  @Parameters(index = "3")
  private long seed;

  @Parameters(index = "4")
  private int valueBytes;

  @Parameters(index = "5")
  private long keys;

  @Parameters(index = "6")
  private int threads;

  @Parameters(index = "7")
  private int seconds;

  @Parameters(index = "8")
  private long calls;

  @Parameters(index = "9")
  private int idleSeconds;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** Returns the arguments that make a process do a phase. */
  static List<String> arguments(Kind kind, ColdPhase phase) {
    return List.of(
        NAME,
        kind.name(),
        phase.engine(),
        phase.directory().toString(),
        Long.toString(phase.pairs().seed()),
        Integer.toString(phase.pairs().valueBytes()),
        Long.toString(phase.keys()),
        Integer.toString(phase.threads()),
        Integer.toString(phase.seconds()),
        Long.toString(phase.calls()),
        Integer.toString(phase.idleSeconds()));
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    ColdPhase phase =
        new ColdPhase(
            engine,
            directory,
            new Pairs(seed, valueBytes),
            keys,
            threads,
            seconds,
            calls,
            idleSeconds);
    ColdPhase.Outcome outcome = phase.run(kind);
    PrintWriter out = spec.commandLine().getOut();
    outcome.figures().forEach((figure, value) -> out.println(figure + "=" + value));
    if (!outcome.libraries().isEmpty()) {
      out.println(TurnsCommand.LIBRARIES + "=" + outcome.libraries());
    }
    out.flush();
    return 0;
  }
}
