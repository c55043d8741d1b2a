// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.profile;

import dev.ensemblekv.bench.Figure;
import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.SectionCommand;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Csv;
import dev.ensemblekv.bench.report.Line;
import dev.ensemblekv.bench.report.Point;
import dev.ensemblekv.bench.report.Section;
import dev.ensemblekv.bench.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells from a flight recording of {@code peers} in which methods the time of each phase went. */
@Command(
    name = "profile",
    description = "Tell from a flight recording of peers where the time of each phase goes.")
public final class ProfileCommand extends SectionCommand {
  /** In the settings "profile" of the JDK, Java is sampled each 10 ms, native methods each 20. */
  private static final int NATIVE_WEIGHT = 2;

  private static final Figure SHARE = new Figure("of the samples", Unit.PERCENT);

  @Parameters(paramLabel = "RECORDING", description = "A .jfr file, made with settings=profile.")
  private Path recording = Path.of("");

  @Option(
      names = "--methods",
      defaultValue = "10",
      description = "How many methods to show of each phase (default: ${DEFAULT-VALUE}).")
  private int methods;

  @Override
  protected Section section(String name) throws IOException {
    return section(name, command(), Samples.of(recording, NATIVE_WEIGHT).shares(), methods);
  }

  /** Shows the methods that have the largest shares of each phase; the CSV has all. */
  static Section section(
      String name, String command, Map<String, Map<String, Double>> shares, int methods) {
    List<Table> tables = new ArrayList<>();
    List<Chart> charts = new ArrayList<>();
    StringBuilder csv = new StringBuilder("phase,method,share\n");
    shares.forEach(
        (phase, own) -> {
          List<List<String>> rows = new ArrayList<>();
          List<Point> points = new ArrayList<>();
          own.forEach(
              (method, share) -> {
                csv.append(Csv.cell(phase)).append(',').append(Csv.cell(method));
                csv.append(',').append(share).append('\n');
                if (rows.size() < methods) {
                  points.add(new Point(rows.size(), share, false));
                  rows.add(List.of(method, SHARE.format(share)));
                }
              });
          tables.add(new Table(List.of(phase, SHARE.title()), rows));
          charts.add(
              Chart.bars(
                  phase + ": " + SHARE.chartTitle(),
                  rows.stream().map(row -> row.get(0)).toList(),
                  List.of(new Line(SHARE.title(), 0, points))));
        });
    return Section.of(name, command, List.of(), tables, charts, csv.toString());
  }
}
