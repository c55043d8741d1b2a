// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A process of its own for what is measured: runs a hidden command, which prints what came out. */
public final class MeasuredProcess {
  private MeasuredProcess() {}

  /**
   * Runs a process and waits for its end.
   *
   * @param engine what it measures
   * @param jvmFlags arguments of its JVM
   * @param arguments the command with its arguments
   * @return what it printed
   * @throws IllegalStateException if it failed
   */
  public static Properties run(String engine, List<String> jvmFlags, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
    command.addAll(arguments);
    try {
      return run(engine, command);
    } catch (IOException e) {
      throw new IllegalStateException(engine + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(engine + " was interrupted", e);
    }
  }

  private static Properties run(String engine, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      process.getOutputStream().close();
      Properties outcome = new Properties();
      try (Reader output = process.inputReader(StandardCharsets.UTF_8)) {
        outcome.load(output);
      }
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(
            engine + " failed with exit code " + exitCode + "; see above");
      }
      return outcome;
    } finally {
      process.destroyForcibly();
    }
  }
}
