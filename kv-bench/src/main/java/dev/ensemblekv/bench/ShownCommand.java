// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A command as a reader can give it to a shell on another machine: without the options that tell
 * where files are, and of other paths that are absolute with the name of the file only.
 */
final class ShownCommand {
  private static final Set<String> PLACES = Set.of(Published.OPTION, Scratch.OPTION);
  private static final Pattern DIRECTORIES = Pattern.compile("(?<![^=,:])/([^/=,:]*/)*");
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  private ShownCommand() {}

  /** Returns a command with its arguments. */
  static String of(String command, List<String> arguments) {
    List<String> shown = new ArrayList<>(List.of(command));
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (PLACES.contains(argument)) {
        i++; // and its value
      } else if (PLACES.stream().noneMatch(option -> argument.startsWith(option + "="))) {
        shown.add(quoted(DIRECTORIES.matcher(argument).replaceAll("")));
      }
    }
    return String.join(" ", shown);
  }

  private static String quoted(String argument) {
    return PLAIN.matcher(argument).matches()
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
