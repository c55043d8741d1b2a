// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one command measured.
 *
 * @param name what its files begin with
 * @param command the command
 * @param machine where that was
 * @param facts how that was, and what was measured
 * @param standings how an engine of ours stands beside the best library
 * @param summary the most important of it
 * @param tables medians, ranges, ratios
 * @param charts the same to be seen
 * @param csv all figures of all rounds
 */
public record Section(
    String name,
    String command,
    List<String> machine,
    List<String> facts,
    List<Standing> standings,
    List<Table> summary,
    List<Table> tables,
    List<Chart> charts,
    String csv) {

  /** Copies the lists. */
  public Section {
    machine = List.copyOf(machine);
    facts = List.copyOf(facts);
    standings = List.copyOf(standings);
    summary = List.copyOf(summary);
    tables = List.copyOf(tables);
    charts = List.copyOf(charts);
  }

  /** Makes one without engines that could be held against libraries. */
  public static Section of(
      String name,
      String command,
      List<String> facts,
      List<Table> tables,
      List<Chart> charts,
      String csv) {
    return new Section(name, command, List.of(), facts, List.of(), List.of(), tables, charts, csv);
  }

  /** Writes it as Markdown, without the charts. */
  public String toMarkdown() {
    StringBuilder text = new StringBuilder("- `" + command + "`\n");
    Stream.concat(machine.stream(), facts.stream())
        .forEach(fact -> text.append("- ").append(fact).append('\n'));
    tables.forEach(table -> text.append('\n').append(table.toMarkdown()));
    return text.toString();
  }

  /** Tells whether there are lines that were measured in a round. */
  boolean hasLines() {
    return charts.stream()
        .flatMap(chart -> chart.lines().stream())
        .anyMatch(line -> line.round() > 0);
  }

  /** Writes the points of all lines that were measured in a round as CSV. */
  String linesCsv() {
    return charts.stream()
        .flatMap(chart -> chart.lines().stream().map(line -> linesCsv(chart, line)))
        .collect(Collectors.joining("", "chart,engine,round,x,y,marked\n", ""));
  }

  private static String linesCsv(Chart chart, Line line) {
    if (line.round() == 0) {
      return ""; // figures of all rounds are in the other file
    }
    String beginning =
        Csv.cell(chart.title()) + "," + Csv.cell(line.name()) + "," + line.round() + ",";
    return line.points().stream()
        .map(
            point ->
                beginning
                    + (float) point.x()
                    + ","
                    + (float) point.y()
                    + ","
                    + point.marked()
                    + "\n")
        .collect(Collectors.joining());
  }
}
