// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants to look into: a process by its id, or a store by its directory, which tells the
 * process that has it open.
 *
 * @param directory of the store; {@code null}: a process is meant, with all stores it has open
 */
record Target(long pid, @Nullable Path directory) {
  static final String LABEL = "PID|DIRECTORY";
  static final String DESCRIPTION =
      "The process, 'jps -l' lists them; or the directory of a store that it has open.";

  private static final String HOLDER = "STORE.holder";
  private static final Pattern PROCESS = Pattern.compile("process (\\d{1,18})\\b.*\\s*");

  /**
   * Understands a word of the command line; a number is a process.
   *
   * @throws CommandException if it is neither a number nor the directory of an open store
   */
  static Target of(String word) {
    if (word.matches("\\d{1,18}")) {
      return new Target(Long.parseLong(word), null);
    }
    try {
      Path directory = Path.of(word);
      if (Files.exists(directory.resolve("STORE"))) {
        return new Target(holder(directory), directory);
      }
    } catch (InvalidPathException e) {
      // then it is not a directory either
    }
    throw CommandException.usage(
        "'" + word + "' is neither the id of a process (PID) nor the directory of a store");
  }

  private static long holder(Path directory) {
    try {
      Matcher process = PROCESS.matcher(Files.readString(directory.resolve(HOLDER)));
      if (process.matches()) {
        return Long.parseLong(process.group(1));
      }
    } catch (IOException e) {
      // it is not open, or was closed just now
    }
    throw CommandException.failed(
        "no process has the store in "
            + directory
            + " open; 'kv stats "
            + directory
            + "' shows it as it is");
  }

  /** Returns the stores that are meant. */
  List<ManagedStore> stores(ManagedJvm jvm) {
    return directory == null ? jvm.stores() : List.of(storeAt(jvm, directory));
  }

  private ManagedStore storeAt(ManagedJvm jvm, Path wanted) {
    return jvm.stores().stream()
        .filter(store -> isSame(store.store().read("Path").text("Path"), wanted))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.failed(
                    "process " + pid + " does not have the store in " + wanted + " open any more"));
  }

  private static boolean isSame(String path, Path wanted) {
    try {
      return !path.isEmpty() && Files.isSameFile(Path.of(path), wanted);
    } catch (IOException e) {
      return false; // a store that is being deleted is not the one
    }
  }
}
