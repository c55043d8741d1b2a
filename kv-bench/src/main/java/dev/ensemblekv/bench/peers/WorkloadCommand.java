// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.ProcessCommand;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The process of one engine that does the {@link Workload}. */
@Command(name = WorkloadCommand.NAME, hidden = true)
public final class WorkloadCommand extends ProcessCommand {
  static final String NAME = "workload";

  @Parameters(index = "6")
  private long operations;

  @Parameters(index = "7")
  private boolean sync;

  /** Returns the arguments that make a process do a workload. */
  static List<String> arguments(Workload workload) {
    return arguments(NAME, workload.stored(), workload.operations(), workload.sync());
  }

  @Override
  public Integer call() throws InterruptedException {
    Workload.Outcome outcome = new Workload(stored(), operations, sync).run();
    print(outcome.figures(), outcome.libraries());
    return 0;
  }
}
