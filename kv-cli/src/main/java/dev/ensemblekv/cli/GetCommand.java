// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a value. */
@Command(
    name = "get",
    description = "Write the value of a key to the standard output, byte for byte.")
final class GetCommand extends StoreCommand {
  @Parameters(index = "1", paramLabel = "KEY", description = "Text, hex:... or text:...")
  private String key = "";

  GetCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    byte[] parsed = KeyText.parse(key);
    try (KvStore store = openReadOnly()) {
      byte[] value = store.get(parsed);
      if (value == null) {
        shell().note("there is no key " + KeyText.format(parsed));
        return Exit.INCOMPLETE;
      }
      out().write(value);
      return Exit.DONE;
    }
  }
}
