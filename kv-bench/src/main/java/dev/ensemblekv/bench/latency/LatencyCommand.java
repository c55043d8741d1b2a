// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.latency;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the calls of ensembles that split all the time beside those that do not. */
@Command(
    name = "latency",
    description = "Measure gets and puts at a steady rate, with and without continuous splitting.")
public final class LatencyCommand extends TurnsCommand {
  private static final String SPLITTING = " splitting";

  @Option(
      names = "--rate",
      defaultValue = "4000",
      description = "Calls per second (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "How long calls are measured (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Override
  protected List<String> rows() {
    return engines().stream().flatMap(engine -> Stream.of(engine, engine + SPLITTING)).toList();
  }

  @Override
  protected List<List<Figure>> tables() {
    return LatencyFigures.TABLES;
  }

  @Override
  protected String phases() {
    return "load, gets and puts at a steady rate";
  }

  @Override
  protected Outcome measure(Stored stored) {
    String engine = stored.engine();
    boolean splitting = engine.endsWith(SPLITTING);
    String plain = splitting ? engine.substring(0, engine.length() - SPLITTING.length()) : engine;
    return run(new SteadyLoad(stored.of(plain), rate, seconds, splitting));
  }
}
