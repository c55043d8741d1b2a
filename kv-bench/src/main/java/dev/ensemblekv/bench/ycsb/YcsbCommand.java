// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

import dev.ensemblekv.bench.Measured;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Does the core workloads of YCSB with several engines, each in a process of its own, by turns. */
@Command(
    name = "ycsb",
    description = "Do the core workloads of YCSB with several engines, side by side.")
public final class YcsbCommand extends TurnsCommand {
  @Option(
      names = "--workloads",
      split = ",",
      defaultValue = "A,B,C,F,D,E",
      description = {
        "What to do, one after the other with the same store (default: ${DEFAULT-VALUE}).",
        "U overwrites all keys alike."
      })
  private List<Mix> mixes = List.of();

  @Option(
      names = "--operations",
      defaultValue = "1000000",
      description = "Calls of each workload (default: ${DEFAULT-VALUE}).")
  private long operations;

  @Override
  protected List<? extends List<? extends Measured>> tables() {
    return YcsbFigure.tables(mixes);
  }

  @Override
  protected String phases() {
    return "load, " + mixes;
  }

  @Override
  protected Properties measure(Stored stored) {
    Ycsb work = new Ycsb(stored, mixes, operations, sync());
    return run(stored.engine(), YcsbProcessCommand.arguments(work));
  }
}
