// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import java.util.List;
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
  protected List<List<Figure>> tables() {
    return PeersFigures.TABLES;
  }

  @Override
  protected String phases() {
    return "load, get, absent, 50:50, reopen";
  }

  @Override
  protected Outcome measure(Stored stored) {
    return run(new Workload(stored, operations, sync()));
  }
}
