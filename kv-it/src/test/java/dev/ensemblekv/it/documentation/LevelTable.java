// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ensemblekv.tck.report.Level;
import dev.ensemblekv.tck.report.Verdict.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of the levels that stores reached, each opened without options: what the reports of the
 * suite say that the modules left in this build.
 *
 * @param rows the states of the levels, by spec
 */
record LevelTable(Map<String, Map<Level, State>> rows) {
  private static final String REPORT = "target/tck-report.json";

  /** What cannot be told of a run on this machine, or of a part of the suite. */
  private static final String UNKNOWN = "?";

  /**
   * Reads the reports of all modules.
   *
   * @param backends those whose stores are in the table
   */
  static LevelTable read(Path root, Set<String> backends) throws IOException {
    List<Path> reports;
    try (Stream<Path> modules = Files.list(root)) {
      reports = modules.map(module -> module.resolve(REPORT)).filter(Files::exists).toList();
    }
    Map<String, Map<Level, State>> rows = new TreeMap<>();
    for (Path report : reports) {
      for (JsonNode run : new ObjectMapper().readTree(report.toFile())) {
        String spec = run.get("spec").asText();
        if (run.get("options").isEmpty() && backends.containsAll(List.of(spec.split(":")))) {
          rows.put(spec, states(run));
        }
      }
    }
    return new LevelTable(rows);
  }

  private static Map<Level, State> states(JsonNode run) {
    Map<Level, State> states = new EnumMap<>(Level.class);
    for (JsonNode verdict : run.get("levels")) {
      for (State state : State.values()) {
        if (state.text().equals(verdict.get("state").asText())) {
          states.put(Level.of(verdict.get("level").asText()), state);
        }
      }
    }
    return states;
  }

  /** Returns its head, as it is in a document. */
  static String head() {
    return Arrays.stream(Level.values())
        .map(Level::id)
        .collect(Collectors.joining(" | ", "| spec | ", " |"));
  }

  /** Returns its lines below the head. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("|---".repeat(Level.values().length + 1) + "|");
    rows.forEach(
        (spec, states) ->
            lines.add(
                Arrays.stream(Level.values())
                    .map(level -> cell(states.getOrDefault(level, State.NOT_SHOWN)))
                    .collect(Collectors.joining("|", "| `" + spec + "` |", "|"))));
    return lines;
  }

  private static String cell(State state) {
    return switch (state) {
      case REACHED -> " yes ";
      case NOT_DECLARED -> " ";
      case NOT_SHOWN -> " " + UNKNOWN + " ";
      case FAILED -> " failed ";
    };
  }

  /** Returns the lines of the table that a document has, as far as this one can tell them. */
  List<String> linesOf(Document document) {
    List<String> lines = document.lines();
    int first = lines.indexOf(head()) + 1;
    List<String> generated = lines();
    List<String> shown = new ArrayList<>();
    for (int i = first; i < lines.size() && lines.get(i).startsWith("|"); i++) {
      int row = shown.size();
      shown.add(
          row < generated.size() ? withUnknown(lines.get(i), generated.get(row)) : lines.get(i));
    }
    return shown;
  }

  private static String withUnknown(String line, String generated) {
    String[] cells = line.split("\\|", -1);
    String[] told = generated.split("\\|", -1);
    for (int i = 0; i < cells.length && i < told.length; i++) {
      if (told[i].strip().equals(UNKNOWN)) {
        cells[i] = told[i];
      }
    }
    return String.join("|", cells);
  }
}
