// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.opentest4j.TestAbortedException;

/**
 * System calls of a child JVM that are made to fail, by {@code strace}: of each of its threads the
 * call with a certain number, counted from when this began. Native code meets the failure as well
 * as Java. Linux only.
 *
 * <pre>{@code
 * try (ChildJvm child = ChildJvm.start(Work.class, temp)) {
 *   child.readLine(); // it has loaded its native libraries, and waits for the end of its input
 *   FailingCalls failing =
 *       FailingCalls.begin(child, FailingCalls.SYNCS, "EIO", 3, temp, limit);
 *   child.endInput();
 *   child.awaitEnd(limit).assertSucceeded();
 *   assertThat(failing.happened()).isNotEmpty();
 * }
 * }</pre>
 */
public final class FailingCalls {
  /** The calls that make files and directories durable. */
  public static final List<String> SYNCS =
      List.of("fsync", "fdatasync", "msync", "sync_file_range");

  /**
   * The calls that write to files or give them room. What a process writes to its output fails as
   * well, but does not count as happened: it should write that twice.
   */
  public static final List<String> WRITES =
      List.of("write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate");

  private static final String INJECTED = "(INJECTED)";
  private static final Pattern OUTPUT = Pattern.compile(" writev?\\([12],");
  private static final String NO_TRACER = "TracerPid:\t0";
  private static final int POLL_MICROS = 500;

  private final Path log;

  private FailingCalls(Path log) {
    this.log = log;
  }

  /**
   * Begins to make calls fail, until the child ends.
   *
   * @param calls the names of the system calls, of which one counts like the other
   * @param error the name of the error, such as {@code EIO} or {@code ENOSPC}
   * @param number which call of a thread fails, the first is 1; those after it do what they should
   * @param scratch a directory for the log of the failures
   * @param limit how long it may take until all threads of the child are watched
   * @throws TestAbortedException if calls cannot be made to fail on this machine; the message says
   *     why
   */
  public static FailingCalls begin(
      ChildJvm child, List<String> calls, String error, int number, Path scratch, Duration limit)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile(scratch, "failing", ".txt");
    Path output = Files.createTempFile(scratch, "strace", ".txt");
    String names = String.join(",", calls);
    ProcessBuilder command = new ProcessBuilder("strace", "-f", "-qq", "-o", log.toString());
    command.command().addAll(List.of("-e", "trace=" + names));
    command
        .command()
        .addAll(List.of("-e", "inject=" + names + ":error=" + error + ":when=" + number));
    command.command().addAll(List.of("-p", String.valueOf(child.pid())));
    Process tracer;
    try {
      tracer = command.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    } catch (IOException e) {
      throw cannotBeSeen(e.toString());
    }
    long end = System.nanoTime() + limit.toNanos();
    while (!child.isTraced()) {
      if (!tracer.isAlive()) {
        throw cannotBeSeen("strace: " + Files.readString(output).strip());
      }
      if (System.nanoTime() - end > 0) {
        tracer.destroy();
        throw new AssertionError("strace did not begin within " + limit);
      }
      TimeUnit.MICROSECONDS.sleep(POLL_MICROS);
    }
    return new FailingCalls(log);
  }

  private static TestAbortedException cannotBeSeen(String why) {
    return new TestAbortedException("cannot be seen on this machine: " + why);
  }

  /** Tells by what the system says of a thread whether it is watched. */
  static boolean isTraced(String status) {
    return !status.contains(NO_TRACER);
  }

  /** Returns the calls that were made to fail so far, with their arguments. */
  public List<String> happened() throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.contains(INJECTED) && !OUTPUT.matcher(line).find())
        .toList();
  }
}
