// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a document shows of a session at a terminal: commands after a dollar, and their output. */
final class Transcript {
  private static final String PROMPT = "$ ";
  private static final String ANYTHING = "...";

  /**
   * A command and what it prints.
   *
   * @param command the command
   * @param output the lines of its output; three dots stand for anything, alone for any lines
   */
  record Step(String command, List<String> output) {

    /** Tells whether an output is as it is shown. */
    boolean matches(String actual) {
      String pattern = output.stream().map(Step::pattern).collect(Collectors.joining());
      return Pattern.matches(pattern, actual);
    }

    private static String pattern(String line) {
      if (line.equals(ANYTHING)) {
        return "(?:.*\n)*?";
      }
      return Stream.of(line.split(Pattern.quote(ANYTHING), -1))
          .map(Pattern::quote)
          .collect(Collectors.joining(".*", "", "\n"));
    }
  }

  private Transcript() {}

  static List<Step> parse(Document.Block block) {
    List<Step> steps = new ArrayList<>();
    List<String> output = new ArrayList<>();
    for (String line : block.text().lines().toList()) {
      if (line.startsWith(PROMPT)) {
        output = new ArrayList<>();
        steps.add(new Step(line.substring(PROMPT.length()), output));
      } else {
        output.add(line);
      }
    }
    if (steps.isEmpty()) {
      throw new IllegalStateException(block + " has no command");
    }
    return steps;
  }
}
