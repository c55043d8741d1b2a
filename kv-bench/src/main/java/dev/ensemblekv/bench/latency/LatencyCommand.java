// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.latency;

import dev.ensemblekv.bench.Measured;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TurnsCommand;
import java.util.List;
import java.util.Properties;
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
  protected List<? extends List<? extends Measured>> tables() {
    return LatencyFigure.tables();
  }

  @Override
  protected String phases() {
    return "load, gets and puts at a steady rate";
  }

  @Override
  protected Properties measure(Stored stored) {
    boolean splitting = stored.engine().endsWith(SPLITTING);
    String engine = stored.engine();
    Stored plain =
        splitting ? stored.of(engine.substring(0, engine.length() - SPLITTING.length())) : stored;
    return run(
        engine, LatencyPhaseCommand.arguments(new SteadyLoad(plain, rate, seconds, splitting)));
  }
}
