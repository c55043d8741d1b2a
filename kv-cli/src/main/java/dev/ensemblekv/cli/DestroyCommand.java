// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a store. */
@Command(name = "destroy", description = "Delete a store with everything in it.")
final class DestroyCommand extends KvCommand {
  @Parameters(index = "0", paramLabel = "STORE", description = "The directory of the store.")
  private Path directory = Path.of("");

  @Option(names = "--yes", description = "Yes, delete it; nothing is done without.")
  private boolean sure;

  DestroyCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    if (!sure) {
      throw CommandException.usage(
          "this deletes " + directory + " with everything in it; say --yes if that is meant");
    }
    shell().environment().destroy(directory);
    return Exit.DONE;
  }
}
