// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A child JVM with the same class path, that opens the store of the same test class. */
final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  /**
   * Starts a child.
   *
   * @param errors the file for what it writes to its error output
   * @param args what {@link TckChild} takes after the test class
   */
  ChildProcess(Class<?> testClass, Path errors, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add(TckChild.class.getName());
    command.add(testClass.getName());
    command.addAll(List.of(args));
    this.errors = errors;
    process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the child to have opened its store. */
  void awaitOpened() throws IOException {
    String line = output.readLine();
    if (!TckChild.OPENED.equals(line)) {
      throw new AssertionError(
          "the child process did not open the store, it wrote '"
              + line
              + "' and "
              + Files.readString(errors));
    }
  }

  /** Reads the next line; {@code null} at the end. */
  @Nullable String readLine() throws IOException {
    return output.readLine();
  }

  /** Kills the child, as kill -9 does, and waits until it is gone; its output can still be read. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the method of Process would close the output
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      output.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
