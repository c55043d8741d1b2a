// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads and checks everything in a store. */
@Command(
    name = "verify",
    description = {
      "Read and check everything in a store, without changing it; name what is bad and where.",
      "Exits with 3 if anything is."
    })
final class VerifyCommand extends StoreCommand {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    Findings findings = verify();
    if (json) {
      findings.printJson(out(), "checked");
    } else {
      findings.print(out(), directory() + ": checked");
    }
    return findings.count() == 0 ? Exit.DONE : Exit.FAILED;
  }

  private Findings verify() {
    try (KvStore store = openReadOnly()) {
      KvTask task = store.verify();
      try {
        return Findings.of(Progress.watch(shell(), task), task.unit());
      } catch (KvException e) {
        return Findings.of(e, task.done(), task.unit());
      }
    } catch (CorruptionException e) {
      return Findings.of(e, 0, "keys");
    }
  }
}
