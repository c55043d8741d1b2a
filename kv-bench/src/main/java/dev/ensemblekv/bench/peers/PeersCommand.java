// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Measured;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Does the same work with several engines, each in a process of its own, by turns. */
@Command(
    name = "peers",
    description = "Load, read and write the same pairs with several engines, side by side.")
public final class PeersCommand extends TurnsCommand {
  @Option(
      names = "--operations",
      defaultValue = "1000000",
      description = "Calls in each other phase (default: ${DEFAULT-VALUE}).")
  private long operations;

  @Override
  protected List<? extends List<? extends Measured>> tables() {
    return Figure.tables();
  }

  @Override
  protected String phases() {
    return "load, get, absent, 50:50, reopen";
  }

  @Override
  protected Properties measure(Stored stored) {
    Workload workload = new Workload(stored, operations, sync());
    return run(stored.engine(), WorkloadCommand.arguments(workload));
  }
}
