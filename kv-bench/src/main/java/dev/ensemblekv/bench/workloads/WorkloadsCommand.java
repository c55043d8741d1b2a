// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.TurnsCommand;
import dev.ensemblekv.bench.report.Chart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  protected List<List<Figure>> tables() {
    List<List<Figure>> tables = new ArrayList<>();
    names.forEach(name -> tables.add(WorkloadFigures.allOf(name)));
    tables.add(
        bySetting().values().stream()
            .flatMap(same -> WorkloadFigures.ofStore(Phases.storeName(same)).stream())
            .toList());
    return tables;
  }

  @Override
  protected List<Chart> charts() {
    return names.stream().flatMap(name -> Curves.of(name).stream()).toList();
  }

  @Override
  protected String phases() {
    return String.join(", ", names);
  }

  /** Returns the workloads that are done with the same store, that of the load first. */
  private Map<Setting, Map<String, String>> bySetting() {
    Setting usual = new Setting(pairs().valueBytes(), threads(), sync(), 100);
    Workloads known = new Workloads(defined);
    Map<Setting, Map<String, String>> bySetting = new LinkedHashMap<>();
    if (names.contains(Phases.LOAD)) {
      bySetting.put(usual, new LinkedHashMap<>());
    }
    for (String name : names) {
      if (!name.equals(Phases.LOAD)) {
        Workload workload = known.get(name);
        bySetting
            .computeIfAbsent(workload.setting(usual), setting -> new LinkedHashMap<>())
            .put(name, workload.description());
      }
    }
    return bySetting;
  }

  @Override
  protected Outcome measure(Stored stored) {
    Outcome outcome = new Outcome();
    bySetting()
        .forEach(
            (setting, workloads) -> {
              try (TemporaryDirectory files = TemporaryDirectory.below(stored.directory())) {
                Stored other =
                    stored.in(
                        files.path(),
                        setting.valueBytes(),
                        setting.threads(),
                        setting.dataPercent());
                // Of the loads, that of the first store is the one that is told of.
                outcome.addMissing(
                    run(new Phases(other, setting.sync(), workloads, operations, seconds)));
              }
            });
    return outcome;
  }
}
