// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own for code that is to be killed, or whose native parts may die: it has the class
 * path and the flags of this one, and takes nobody with it.
 *
 * <p>A test of what native code does with damaged files runs it to its end:
 *
 * <pre>{@code
 * ChildJvm.run(ReadDamagedFile.class, temp, Duration.ofSeconds(20), file.toString())
 *     .assertSucceeded();
 * }</pre>
 *
 * <p>Its temporary files, among them native libraries that a killed process leaves behind, go to
 * the directory that it is given. One thread at a time, except for {@link #kill} and {@link #pid}.
 */
public final class ChildJvm implements AutoCloseable {
  private static final int FIRST_SIGNAL = 128;
  private static final int SIGKILL = 9;
  private static final int POLL_MICROS = 100;

  /** The states of a thread that is stopped, traced, or dead. */
  private static final String STANDING_STILL = "TtZX";

  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private ChildJvm(Process process, Path errors) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.errors = errors;
  }

  /**
   * How a child ended.
   *
   * @param exitCode what it returned; over 128 if a signal ended it: 134 and 139 are what a JVM
   *     ends with when native code crashes, 137 is {@code kill -9}
   * @param output what it wrote to its output, which has the report of a crash of the JVM
   * @param errors what it wrote to its error output
   */
  public record Ended(int exitCode, String output, String errors) {
    /** Tells whether the JVM died, rather than came to an end by itself. */
    public boolean died() {
      return exitCode > FIRST_SIGNAL;
    }

    /** Tells whether it was killed by {@code kill -9}. */
    public boolean killed() {
      return exitCode == FIRST_SIGNAL + SIGKILL;
    }

    /**
     * Checks that it returned normally.
     *
     * @throws AssertionError if it did not; the message has what it wrote
     */
    public void assertSucceeded() {
      if (exitCode != 0) {
        throw new AssertionError(
            (died() ? "the child process died, with " : "the child process failed, with ")
                + exitCode
                + ": "
                + output
                + errors);
      }
    }
  }

  /**
   * Starts a child.
   *
   * @param main the class whose {@code main} it runs
   * @param scratch a directory for its temporary files; created if it is missing
   */
  public static ChildJvm start(Class<?> main, Path scratch, String... args) throws IOException {
    return start(List.of(), main, scratch, args);
  }

  /**
   * Starts a child by another command.
   *
   * @param launcher what is put in front of the command: it must become the JVM, with its process
   *     id, as {@link #withFiles} does
   */
  public static ChildJvm start(List<String> launcher, Class<?> main, Path scratch, String... args)
      throws IOException {
    Files.createDirectories(scratch);
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--") || flag.startsWith("-D"))
        .forEach(command::add);
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea"));
    command.addAll(List.of("-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash"));
    command.add("-XX:ErrorFile=" + scratch.resolve("crash-%p.log"));
    command.add("-Djava.io.tmpdir=" + scratch);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), main.getName()));
    command.addAll(List.of(args));
    Path errors = Files.createTempFile(scratch, "errors", ".txt");
    return new ChildJvm(new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
  }

  /**
   * Runs a child to its end, with nothing to read as its input.
   *
   * @throws AssertionError if it does not end within the limit
   */
  public static Ended run(Class<?> main, Path scratch, Duration limit, String... args)
      throws IOException, InterruptedException {
    return run(List.of(), main, scratch, limit, args);
  }

  /** Runs a child to its end that is started by another command, as by {@link #start}. */
  public static Ended run(
      List<String> launcher, Class<?> main, Path scratch, Duration limit, String... args)
      throws IOException, InterruptedException {
    try (ChildJvm child = start(launcher, main, scratch, args)) {
      child.endInput();
      return child.awaitEnd(limit);
    }
  }

  /**
   * Returns the launcher of a child that may have only so many files open at once, or fewer where
   * this process may not have so many itself. Needs a shell.
   */
  public static List<String> withFiles(int most) {
    return List.of("sh", "-c", "ulimit -n " + most + " 2>/dev/null; exec \"$0\" \"$@\"");
  }

  /** Returns the id of the process. */
  public long pid() {
    return process.pid();
  }

  /** Tells whether it has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Lets it read the end of its input, which it may be waiting for. */
  public void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits for the next line of its output; {@code null} at the end. */
  public @Nullable String readLine() throws IOException {
    return output.readLine();
  }

  /**
   * Waits for its end.
   *
   * @throws AssertionError if it does not end within the limit
   */
  public Ended awaitEnd(Duration limit) throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    Thread reader = new Thread(() -> drain(text), "child-output");
    reader.setDaemon(true);
    reader.start();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(
          "the child process did not end within " + limit + "; it wrote " + errors());
    }
    reader.join();
    return new Ended(process.exitValue(), text.toString(), errors());
  }

  private void drain(StringBuilder text) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        text.append(line).append('\n');
      }
    } catch (IOException e) {
      text.append("(the rest cannot be read: ").append(e).append(")\n");
    }
  }

  /** Returns what it wrote to its error output so far. */
  public String errors() throws IOException {
    return Files.readString(errors);
  }

  /**
   * Kills it, as {@code kill -9} does, and waits until it is gone; its output can still be read.
   */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the method of Process would close the output
    process.waitFor();
  }

  /**
   * Stops it, as {@code kill -STOP} does, and waits until all its threads stand still; one that has
   * ended does. Linux only.
   *
   * @throws AssertionError if they do not within the limit
   */
  public void stop(Duration limit) throws IOException, InterruptedException {
    try {
      Command.run("sh", "-c", "kill -STOP " + pid());
      long end = System.nanoTime() + limit.toNanos();
      while (!standsStill()) {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError("the child process did not stop within " + limit);
        }
        TimeUnit.MICROSECONDS.sleep(POLL_MICROS);
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw e;
      }
    }
  }

  private boolean standsStill() throws IOException {
    return eachThread(
        "stat",
        stat -> STANDING_STILL.indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0); // odd names
  }

  /** Tells whether all its threads are watched by a tracer. */
  boolean isTraced() throws IOException {
    return eachThread("status", FailingCalls::isTraced);
  }

  /** Tells whether something is so of each of its threads, by a file that the system has of it. */
  private boolean eachThread(String file, Predicate<String> isSo) throws IOException {
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid()), "task"))) {
      for (Path task : tasks) {
        if (!isSo(task, file, isSo)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isSo(Path task, String file, Predicate<String> isSo) throws IOException {
    try {
      return isSo.test(Files.readString(task.resolve(file)));
    } catch (IOException e) {
      if (Files.exists(task)) {
        throw e;
      }
      return true; // it has ended meanwhile
    }
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
