// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;

/** Commands of the GNU core utilities, for what Java cannot ask of the system. */
public final class SystemCommand {
  private static final File NOTHING = new File("/dev/null");

  private SystemCommand() {}

  /**
   * Runs a command, which reads nothing.
   *
   * @throws IllegalStateException if it fails
   */
  public static void run(String... command) {
    try {
      int exitCode =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(NOTHING))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.INHERIT)
              .start()
              .waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(
            String.join(" ", command)
                + " ended with "
                + exitCode
                + "; "
                + command[0]
                + " of the GNU core utilities is needed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
