// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.spi.KvEnvironment;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code kv}: its parts, and what is common to running any of them. */
public final class Kv {
  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private Kv() {}

  /** Runs a command in this process and ends it with the command's exit code. */
  public static void main(String[] args) {
    if (!List.of(args).contains("--verbose") && System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, "error"); // warnings come with traces, and are in the stats too
    }
    Shell shell = Shell.ofProcess();
    Interruption.install(shell);
    int exitCode = run(shell, args);
    Interruption.uninstall(shell);
    System.exit(exitCode);
  }

  /**
   * Runs a command on given streams, as if none of them were a terminal.
   *
   * @return the exit code: 0 done, 1 the key is absent or something was skipped, 2 the command line
   *     is wrong, 3 the store or a file is at fault
   */
  public static int run(InputStream in, OutputStream out, OutputStream err, String... args) {
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    KvEnvironment environment = KvEnvironment.system();
    return run(
        new Shell(in, new Output(out), errors, false, false, environment, new Closers()), args);
  }

  static int run(Shell shell, String... args) {
    KvCommand.Root root = new KvCommand.Root();
    CommandLine commandLine = commandLine(shell, root);
    try {
      int exitCode = commandLine.execute(args);
      shell.out().flush();
      return shell.closers().isClosing() ? Exit.INTERRUPTED : exitCode;
    } catch (RuntimeException | Error e) {
      return Errors.report(shell, e, root.verbose);
    }
  }

  private static CommandLine commandLine(Shell shell, KvCommand.Root root) {
    CommandLine commandLine = new CommandLine(root);
    for (KvCommand command : commands(shell, root)) {
      commandLine.addSubcommand(command);
    }
    return commandLine
        .setExpandAtFiles(false)
        .setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8))
        .setParameterExceptionHandler((e, args) -> usageError(shell, e))
        .setExecutionExceptionHandler((e, line, parsed) -> Errors.report(shell, e, root.verbose));
  }

  private static List<KvCommand> commands(Shell shell, KvCommand.Root root) {
    return List.of(
        new ImportCommand(shell, root),
        new ExportCommand(shell, root),
        new GetCommand(shell, root),
        new ExistsCommand(shell, root),
        new PutCommand(shell, root),
        new DeleteCommand(shell, root),
        new ScanCommand(shell, root),
        new CountCommand(shell, root),
        new StatsCommand(shell, root),
        new VerifyCommand(shell, root),
        new RepairCommand(shell, root),
        new CopyCommand(shell, root),
        new AdoptCommand(shell, root),
        new DestroyCommand(shell, root),
        new AdminCommand(shell, root),
        new TopCommand(shell, root),
        new BackendsCommand(shell, root),
        new DoctorCommand(shell, root));
  }

  private static int usageError(Shell shell, ParameterException error) {
    String command = error.getCommandLine().getCommandSpec().qualifiedName();
    String message = String.valueOf(error.getMessage());
    if (error instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
    }
    shell.note(message + " ('" + command + " --help' shows what there is)");
    return Exit.USAGE;
  }
}
