// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells whether a key is there. */
@Command(
    name = "exists",
    description = "Print true or false, and exit with 0 or 1: whether there is a key.")
final class ExistsCommand extends StoreCommand {
  @Parameters(index = "1", paramLabel = "KEY", description = "Text, hex:... or text:...")
  private String key = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ExistsCommand(Shell shell, Root root) {
    super(shell, root);
  }

  @Override
  public Integer call() {
    byte[] parsed = KeyText.parse(key);
    try (KvStore store = openReadOnly()) {
      boolean exists = store.exists(parsed);
      if (json) {
        Json.print(out(), Json.object().put("exists", exists));
      } else {
        out().line(Boolean.toString(exists));
      }
      return exists ? Exit.DONE : Exit.INCOMPLETE;
    }
  }
}
