// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.ProcessCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The process of one engine that does {@link Phases}. */
@Command(name = PhasesCommand.NAME, hidden = true)
public final class PhasesCommand extends ProcessCommand {
  static final String NAME = "phases";

  @Parameters(index = "6")
  private boolean sync;

  @Parameters(index = "7")
  private long operations;

  @Parameters(index = "8")
  private double seconds;

  /** Names and descriptions in turn. */
  @Parameters(index = "9..*", arity = "0..*")
  private List<String> described = List.of();

  /** Returns the arguments that make a process do the workloads. */
  static List<String> arguments(Phases phases) {
    Stream<?> parameters =
        Stream.concat(
            Stream.of(phases.sync(), phases.operations(), phases.seconds()),
            phases.workloads().stream()
                .flatMap(workload -> Stream.of(workload.name(), workload.description())));
    return arguments(NAME, phases.stored(), parameters.toArray());
  }

  @Override
  public Integer call() throws InterruptedException {
    List<Workload> workloads = new ArrayList<>();
    for (int i = 0; i < described.size(); i += 2) {
      workloads.add(Workload.parse(described.get(i), described.get(i + 1)));
    }
    Outcome outcome = new Phases(stored(), sync, workloads, operations, seconds).run();
    print(outcome.figures, outcome.curves, outcome.libraries);
    return 0;
  }
}
