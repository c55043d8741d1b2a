// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import dev.ensemblekv.bench.cold.ColdPhase.Kind;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads stores whose pages were dropped from memory. */
@Command(
    name = "cold",
    description = "Read stores that are not in memory, beside random reads of the disk itself.")
public final class ColdCommand extends TurnsCommand {
  private static final long PERCENT = 100;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "How long each kind of read goes on at most (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--percent",
      defaultValue = "2",
      description = {
        "How many reads there are at most, in percent of the keys: few, so that what is read is",
        "still cold (default: ${DEFAULT-VALUE})."
      })
  private int percent;

  @Option(
      names = "--idle",
      defaultValue = "10",
      description = {
        "Seconds for which an engine is left alone before it is closed after the load, so that",
        "its work in the background is done (default: ${DEFAULT-VALUE})."
      })
  private int idleSeconds;

  @Override
  protected List<List<Figure>> tables() {
    return List.of(ColdFigures.ALL);
  }

  @Override
  protected String phases() {
    return "load, cold get, cold absent, disk reads";
  }

  @Override
  protected Outcome measure(Stored stored) {
    long calls = Math.max(threads(), stored.keys() * percent / PERCENT);
    Outcome outcome = new Outcome();
    for (Kind kind : Kind.values()) {
      outcome.addMissing(run(new ColdPhase(kind, stored, seconds, calls, idleSeconds)));
    }
    outcome.put(
        ColdFigures.GET_OF_LIMIT, outcome.get(ColdFigures.GET) / outcome.get(ColdFigures.DISK));
    return outcome;
  }
}
