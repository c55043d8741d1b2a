// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What LevelDB tells of errors, which is a text only, as exceptions of the project. */
final class Failures {
  private static final Pattern FILE =
      Pattern.compile("(\\d+\\.(?:sst|log|dbtmp)|MANIFEST-\\d+|CURRENT)\\b");

  private Failures() {}

  /**
   * Returns the exception for an error of LevelDB.
   *
   * @param directory the database; the path of the exception, unless the error names a file in it
   */
  static KvException of(IOException error, Path directory) {
    String text = String.valueOf(error.getMessage());
    Matcher file = FILE.matcher(text);
    Path path = file.find() ? directory.resolve(file.group(1)) : directory;
    if (isCorruption(text)) {
      return new CorruptionException(
          "LevelDB found damage: " + text + "; verify() tells more, restore the store from a copy",
          path,
          error);
    }
    return new KvException("LevelDB failed: " + text, path, error);
  }

  /** A table that is missing, cut, or not one, is told as other kinds of errors. */
  private static boolean isCorruption(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    boolean table = lower.contains(".sst");
    return lower.startsWith("corruption")
        || lower.contains("sstable")
        || (table && (lower.contains("invalid argument") || lower.contains("no such file")));
  }
}
