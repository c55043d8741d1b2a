// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A process of its own for a {@link Job}: a hidden command, which reads the job from its arguments
 * and prints the {@link Outcome} as one line. What else is printed, as by the JVM, is no outcome.
 */
@Command(name = MeasuredProcess.NAME, hidden = true)
public final class MeasuredProcess implements Callable<Integer> {
  static final String NAME = "job";
  private static final String OUTCOME = "outcome ";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(index = "0")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Class<?> type;

  @Parameters(index = "1")
  private String job = "";

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Outcome outcome = new Outcome();
    PrintWriter err = spec.commandLine().getErr();
    JSON.readValue(job, type.asSubclass(Job.class)).run(outcome, err::println);
    PrintWriter out = spec.commandLine().getOut();
    out.println(OUTCOME + JSON.writeValueAsString(outcome));
    out.flush();
    return 0;
  }

  /**
   * Does a job in a new process, and waits for its end.
   *
   * @param jvmFlags arguments of its JVM
   * @throws IllegalStateException if it failed
   */
  public static Outcome run(Job job, List<String> jvmFlags) {
    String engine = job.stored().engine();
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmFlags);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
      command.addAll(List.of(NAME, job.getClass().getName(), JSON.writeValueAsString(job)));
      return run(engine, command);
    } catch (IOException e) {
      throw new IllegalStateException(engine + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(engine + " was interrupted", e);
    }
  }

  private static Outcome run(String engine, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      process.getOutputStream().close();
      List<String> printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith(OUTCOME))
              .toList();
      int exitCode = process.waitFor();
      if (exitCode != 0 || printed.size() != 1) {
        throw new IllegalStateException(
            engine + " failed with exit code " + exitCode + "; see above");
      }
      return JSON.readValue(printed.get(0).substring(OUTCOME.length()), Outcome.class);
    } finally {
      process.destroyForcibly();
    }
  }
}
