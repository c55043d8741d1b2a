// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.calls.CallsCommand;
import dev.ensemblekv.bench.cold.ColdCommand;
import dev.ensemblekv.bench.growth.GrowthCommand;
import dev.ensemblekv.bench.latency.LatencyCommand;
import dev.ensemblekv.bench.peers.PeersCommand;
import dev.ensemblekv.bench.profile.ProfileCommand;
import dev.ensemblekv.bench.size.SizeCommand;
import dev.ensemblekv.bench.workloads.WorkloadsCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code kv bench}. */
@Command(
    name = "kv bench",
    description = "Measures engines: stores of ours, and libraries used without us.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AllCommand.class,
      PeersCommand.class,
      WorkloadsCommand.class,
      ColdCommand.class,
      CallsCommand.class,
      GrowthCommand.class,
      SizeCommand.class,
      LatencyCommand.class,
      ProfileCommand.class,
      MeasuredProcess.class
    })
public final class Bench implements Runnable {
  private static final int FAILED = 3;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  private Bench() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Runs a command in this process and ends it with the command's exit code. */
  public static void main(String[] args) {
    System.exit(run(printer(System.out), printer(System.err), args));
  }

  private static PrintWriter printer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** Returns what parses and runs a command. */
  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return new CommandLine(new Bench()).setOut(out).setErr(err);
  }

  /**
   * Runs a command.
   *
   * @return the exit code: 0 done, 2 the command line is wrong, 3 an engine or a file is at fault
   */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine commandLine = commandLine(out, err);
    commandLine.setExecutionExceptionHandler(
        (e, line, parsed) -> {
          e.printStackTrace(err);
          return FAILED;
        });
    return commandLine.execute(args);
  }
}
