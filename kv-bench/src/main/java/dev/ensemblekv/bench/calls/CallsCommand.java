// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.calls;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Report;
import dev.ensemblekv.bench.ReportCommand;
import dev.ensemblekv.bench.Rounds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures single calls: each engine, call and round in a process of its own, by JMH. */
@Command(
    name = "calls",
    description = "Measure single calls of engines by JMH, and their ratios to the first engine.")
public final class CallsCommand extends ReportCommand {
  @Option(
      names = "--calls",
      split = ",",
      defaultValue = "get,getAbsent,put,batch,scan,read",
      description = "What to measure (default: ${DEFAULT-VALUE}).")
  private List<String> calls = List.of();

  @Option(
      names = "--iterations",
      defaultValue = "5",
      description = "Measured iterations per round, after two to warm up (default: 5).")
  private int iterations;

  @Option(
      names = "--millis",
      defaultValue = "1000",
      description = "Length of an iteration (default: ${DEFAULT-VALUE}).")
  private long millis;

  @Option(names = "--profiler", description = "A profiler of JMH, such as gc; shows JMH's output.")
  private String profiler = "";

  /** Makes the command. */
  CallsCommand() {
    super(100_000);
  }

  @Override
  protected Report measure() {
    Report report =
        new Report(
            title(),
            engines(),
            List.of(
                calls.stream().map(CallsCommand::rate).toList(),
                calls.stream().map(CallsCommand::cost).toList()),
            List.of());
    Rounds rounds = beginRounds();
    while (rounds.next()) {
      int round = rounds.current();
      report.beginRound();
      List<String> order = new ArrayList<>(engines());
      Collections.rotate(order, round);
      Map<String, Outcome> outcomes = new HashMap<>();
      for (String call : calls) {
        for (String engine : order) {
          progress(round, engine, call);
          RunResult result = run(engine, call);
          Outcome outcome = outcomes.computeIfAbsent(engine, e -> new Outcome());
          outcome.put(rate(call), result.getPrimaryResult().getScore());
          Result<?> cost = Objects.requireNonNull(result.getSecondaryResults().get(CpuTime.LABEL));
          outcome.put(cost(call), cost.getScore());
        }
      }
      outcomes.forEach(report::add);
    }
    return report;
  }

  private static Figure rate(String call) {
    return new Figure(call + "/s", Unit.PER_SECOND);
  }

  private static Figure cost(String call) {
    return new Figure(call + " CPU us", Unit.MICROSECONDS);
  }

  private RunResult run(String engine, String call) {
    TimeValue time = TimeValue.milliseconds(millis);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(CallBenchmark.class.getName() + "\\." + call + "$")
            .param("engine", engine)
            .param("keys", Long.toString(pairs().keys()))
            .param("valueBytes", Integer.toString(pairs().valueBytes()))
            .param("seed", Long.toString(pairs().seed()))
            .param("sync", Boolean.toString(sync()))
            .param("directory", directory().toString())
            .jvmArgs(jvmFlags().toArray(String[]::new))
            .forks(1)
            .threads(threads())
            .warmupIterations(2)
            .warmupTime(time)
            .measurementIterations(iterations)
            .measurementTime(time)
            .addProfiler(CpuTime.class)
            .shouldFailOnError(true)
            .verbosity(profiler.isEmpty() ? VerboseMode.SILENT : VerboseMode.NORMAL);
    if (!profiler.isEmpty()) {
      options.addProfiler(profiler);
    }
    // JMH's lock is one file for all who use the machine, which may be another's: it is not asked.
    System.setProperty("jmh.ignoreLock", "true");
    try {
      Collection<RunResult> results = new Runner(options.build()).run();
      return results.iterator().next();
    } catch (RunnerException e) {
      throw new IllegalStateException(engine + ": " + call + ": " + e.getMessage(), e);
    }
  }
}
