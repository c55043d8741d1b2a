// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes a key. */
@Command(name = "delete", description = "Remove a key; exit with 1 if it was not there.")
final class DeleteCommand extends StoreCommand {
  @Parameters(index = "1", paramLabel = "KEY", description = "Text, hex:... or text:...")
  private String key = "";

  DeleteCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    byte[] parsed = KeyText.parse(key);
    try (KvStore store = openExisting()) {
      if (!store.exists(parsed)) {
        shell().note("there is no key " + KeyText.format(parsed));
        return Exit.INCOMPLETE;
      }
      store.delete(parsed);
      store.flush();
      return Exit.DONE;
    }
  }
}
