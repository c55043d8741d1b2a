// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.TurnsCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The process of one engine: does the {@link Workload}, and tells its parent what came out. */
@Command(name = WorkloadCommand.NAME, hidden = true)
public final class WorkloadCommand implements Callable<Integer> {
  static final String NAME = "workload";

  @Parameters(index = "0")
  private String engine = "";

  @Parameters(index = "1")
  private Path directory = Path.of("");

  @Parameters(index = "2")
  private long seed;

  @Parameters(index = "3")
  private int valueBytes;

  @Parameters(index = "4")
  private long keys;

  @Parameters(index = "5")
  private long operations;

  @Parameters(index = "6")
  private int threads;

  @Parameters(index = "7")
  private boolean sync;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** Returns the arguments that make a process do a workload. */
  static List<String> arguments(Workload workload) {
    List<String> arguments = new ArrayList<>(List.of(NAME, workload.engine()));
    arguments.add(workload.directory().toString());
    arguments.add(Long.toString(workload.pairs().seed()));
    arguments.add(Integer.toString(workload.pairs().valueBytes()));
    arguments.add(Long.toString(workload.keys()));
    arguments.add(Long.toString(workload.operations()));
    arguments.add(Integer.toString(workload.threads()));
    arguments.add(Boolean.toString(workload.sync()));
    return arguments;
  }

  @Override
  public Integer call() throws InterruptedException {
    Workload workload =
        new Workload(
            engine, directory, new Pairs(seed, valueBytes), keys, operations, threads, sync);
    Workload.Outcome outcome = workload.run();
    PrintWriter out = spec.commandLine().getOut();
    outcome.figures().forEach((figure, value) -> out.println(figure + "=" + value));
    out.println(TurnsCommand.LIBRARIES + "=" + outcome.libraries());
    out.flush();
    return 0;
  }
}
