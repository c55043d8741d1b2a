// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A process that has ended.
 *
 * @param exitCode what it ended with
 * @param output what it wrote to standard output
 * @param errors what it wrote to standard error
 */
public record ChildProcess(int exitCode, String output, String errors) {
  private static final long TIMEOUT_SECONDS = 900;

  /** What makes a JVM say that it was picked up. */
  private static final Set<String> TALKATIVE =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** Runs the Java that runs this, and waits for its end. */
  public static ChildProcess java(Path directory, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(javaCommand());
    command.addAll(arguments);
    return run(directory, Map.of(), command);
  }

  /** Returns the path of the command {@code java} that runs this. */
  public static String javaCommand() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Runs a command and waits for its end.
   *
   * @param environment what is set besides what this process has
   */
  public static ChildProcess run(
      Path directory, Map<String, String> environment, List<String> command) throws Exception {
    Path output = Files.createTempFile("output", ".txt");
    Path errors = Files.createTempFile("errors", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile());
      builder.environment().keySet().removeAll(TALKATIVE);
      builder.environment().putAll(environment);
      return end(builder.start(), command, output, errors);
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  private static ChildProcess end(Process process, List<String> command, Path output, Path errors)
      throws IOException, InterruptedException {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " did not end in " + TIMEOUT_SECONDS + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    return new ChildProcess(
        process.exitValue(), Files.readString(output), Files.readString(errors));
  }
}
