// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Curve;
import dev.ensemblekv.bench.Measured;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.TurnsCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Does workloads with several engines, each in a process of its own, by turns. */
@Command(
    name = "workloads",
    description = "Do the workloads of YCSB, and others, with several engines, side by side.")
public final class WorkloadsCommand extends TurnsCommand {
  @Option(
      names = "--workloads",
      split = ",",
      defaultValue = "load,A,B,C,F,D,E",
      description = {
        "What to do, one after the other (default: ${DEFAULT-VALUE}). There are also absent, batch,",
        "delete, large, read, scan, steady, sync1 to sync32, and update."
      })
  private List<String> names = List.of();

  @Option(
      names = "--define",
      paramLabel = "NAME=DESCRIPTION",
      description = "One more workload, such as mine='90 read, 10 delete, zipfian'.")
  private Map<String, String> defined = Map.of();

  @Option(
      names = "--operations",
      defaultValue = "1000000",
      description = "Calls of each workload at most (default: ${DEFAULT-VALUE}).")
  private long operations;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      description = "How long each goes on at most (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Override
  protected List<? extends List<? extends Measured>> tables() {
    List<List<WorkloadFigure>> tables = new ArrayList<>();
    names.forEach(name -> tables.add(WorkloadFigure.of(name)));
    tables.add(
        bySetting().values().stream()
            .flatMap(same -> WorkloadFigure.ofStore(Phases.storeName(same)).stream())
            .toList());
    return tables;
  }

  @Override
  protected List<Curve> curves() {
    return names.stream().flatMap(name -> Curves.of(name).stream()).toList();
  }

  @Override
  protected String phases() {
    return String.join(", ", names);
  }

  /** Returns the workloads that are done with the same store, that of the load first. */
  private Map<Setting, List<Workload>> bySetting() {
    Setting usual = new Setting(valueBytes(), threads(), sync(), 100);
    Workloads known = new Workloads(defined);
    Map<Setting, List<Workload>> bySetting = new LinkedHashMap<>();
    if (names.contains(Phases.LOAD)) {
      bySetting.put(usual, new ArrayList<>());
    }
    for (String name : names) {
      if (!name.equals(Phases.LOAD)) {
        Workload workload = known.get(name);
        bySetting
            .computeIfAbsent(workload.setting(usual), setting -> new ArrayList<>())
            .add(workload);
      }
    }
    return bySetting;
  }

  @Override
  protected Properties measure(Stored stored) {
    Properties all = new Properties();
    for (Map.Entry<Setting, List<Workload>> same : bySetting().entrySet()) {
      Setting setting = same.getKey();
      try (TemporaryDirectory files = TemporaryDirectory.below(stored.directory())) {
        Stored other =
            stored.in(files.path(), setting.valueBytes(), setting.threads(), setting.dataPercent());
        Phases phases = new Phases(other, setting.sync(), same.getValue(), operations, seconds);
        Properties outcome = run(stored.engine(), PhasesCommand.arguments(phases));
        outcome.putAll(all); // the load of the first store is the one that is told of
        all = outcome;
      }
    }
    return all;
  }
}
