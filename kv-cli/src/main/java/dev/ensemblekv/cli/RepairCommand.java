// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvTask;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a store that opens of what is intact in a damaged one. */
@Command(
    name = "repair",
    description = {
      "Rebuild a damaged store, where it is, from everything in it that is intact; name what is lost.",
      "Damaged files are kept as NAME.damaged. Exits with 1 if anything is lost."
    })
final class RepairCommand extends KvCommand {
  @Parameters(index = "0", paramLabel = "STORE", description = "The directory of the store.")
  private Path directory = Path.of("");

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  RepairCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    KvTask task = stores().repair(directory);
    Findings findings = Findings.of(Progress.watch(shell(), task), task.unit());
    if (json) {
      findings.printJson(out(), "saved");
    } else {
      findings.print(out(), directory + ": saved");
    }
    return findings.count() == 0 ? Exit.DONE : Exit.INCOMPLETE;
  }
}
