// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** One of the commands below {@code kv}. Returns its exit code. */
@Command(mixinStandardHelpOptions = true)
abstract class KvCommand implements Callable<Integer> {
  private final Shell shell;
  private final Root root;

  KvCommand(Shell shell, Root root) {
    this.shell = shell;
    this.root = root;
  }

  final Shell shell() {
    return shell;
  }

  final Stores stores() {
    return new Stores(shell);
  }

  final Output out() {
    return shell.out();
  }

  final boolean isVerbose() {
    return root.verbose;
  }

  /** The command {@code kv} itself, which only names the others. */
  @Command(
      name = "kv",
      description = "Reads and writes Ensemble KV stores.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      subcommands = HelpCommand.class,
      footerHeading = "%n",
      footer = {
        "A store is a directory. Keys and values are given as text; hex:0aff stands for bytes,",
        "and text:... for text that itself begins with hex: or text:.",
        "",
        "Exit codes: 0 done, 1 key absent or something skipped, 2 usage, 3 store error."
      })
  static final class Root implements Runnable {
    @Option(
        names = "--verbose",
        scope = ScopeType.INHERIT,
        description = "Say more; show where an error comes from.")
    boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "a command is missing");
    }
  }

  /** The release. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Kv.class.getPackage().getImplementationVersion();
      return new String[] {"kv " + (version == null ? "development" : version)};
    }
  }
}
