// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvException;

/**
 * What happens on Ctrl-C: every open store is closed, which completes the writes under way and
 * makes them durable, before the process ends.
 */
final class Interruption {
  private Interruption() {}

  /** Sees to it for this process. At an end in good order there is nothing left to close. */
  static void install(Shell shell) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAll(shell), "kv-closing"));
  }

  private static void closeAll(Shell shell) {
    Exception failure = shell.closers().closeAll();
    if (failure instanceof KvException) {
      shell.note("interrupted; closing the store failed: " + Errors.describe(failure));
    }
  }
}
