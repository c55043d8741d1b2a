// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command of the operating system that is run to its end. */
final class Command {
  private Command() {}

  /**
   * Runs a command.
   *
   * @throws IOException if it cannot be run or does not succeed; the message has what it wrote
   */
  static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output;
    try (InputStream stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (process.waitFor() != 0) {
      throw new IOException(
          String.join(" ", List.of(command))
              + " ended with "
              + process.exitValue()
              + ": "
              + output.strip());
    }
  }
}
