// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvException;

/**
 * What happens on Ctrl-C: every open store is closed, which completes the writes under way and
 * makes them durable, before the process ends.
 */
final class Interruption {
  private Interruption() {}

  /** Sees to it from now on, in this process. */
  static void install(Shell shell) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAll(shell), "kv-closing"));
  }

  /** Forgets about it: the command has ended, and has closed what it opened. */
  static void uninstall(Shell shell) {
    shell.closers().closeAll();
  }

  private static void closeAll(Shell shell) {
    if (shell.closers().isClosing()) {
      return;
    }
    if (!shell.closers().isEmpty()) {
      shell.note("interrupted; what was stored until now is kept");
    }
    Exception failure = shell.closers().closeAll();
    if (failure instanceof KvException) {
      shell.note("closing the store failed: " + Errors.describe(failure));
    }
  }
}
