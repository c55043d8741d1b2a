// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

import dev.ensemblekv.bench.ProcessCommand;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The process of one engine that does the workloads of {@link Ycsb}. */
@Command(name = YcsbProcessCommand.NAME, hidden = true)
public final class YcsbProcessCommand extends ProcessCommand {
  static final String NAME = "ycsb-process";

  @Parameters(index = "6", split = ",", arity = "1")
  private List<Mix> mixes = List.of();

  @Parameters(index = "7")
  private long operations;

  @Parameters(index = "8")
  private boolean sync;

  /** Returns the arguments that make a process do the workloads. */
  static List<String> arguments(Ycsb work) {
    String mixes = work.mixes().stream().map(Mix::name).collect(Collectors.joining(","));
    return arguments(NAME, work.stored(), mixes, work.operations(), work.sync());
  }

  @Override
  public Integer call() throws InterruptedException {
    Ycsb.Outcome outcome = new Ycsb(stored(), mixes, operations, sync).run();
    print(outcome.figures(), outcome.libraries());
    return 0;
  }
}
