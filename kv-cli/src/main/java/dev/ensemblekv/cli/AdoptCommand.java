// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvTask;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a store of a database that an engine's own library made. */
@Command(
    name = "adopt",
    description = {
      "Make a store of an existing database of LevelDB or LMDB, where it is.",
      "Everything in it is read and checked first; then the file STORE is added. Nobody may have the"
          + " database open meanwhile."
    })
final class AdoptCommand extends KvCommand {
  @Parameters(index = "0", paramLabel = "DIRECTORY", description = "The directory of the database.")
  private Path directory = Path.of("");

  @Option(
      names = "--store",
      paramLabel = "SPEC",
      required = true,
      description = "The engine: leveldb or lmdb.")
  private String spec = "";

  @Mixin private Settings settings = new Settings();

  AdoptCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    KvTask task = stores().adopt(directory, spec, settings.values());
    KvTask.Result result = Progress.watch(shell(), task);
    out()
        .line(
            directory
                + ": checked "
                + Figures.count(result.items())
                + " "
                + task.unit()
                + "; it is a store of '"
                + spec
                + "' now");
    return Exit.DONE;
  }
}
