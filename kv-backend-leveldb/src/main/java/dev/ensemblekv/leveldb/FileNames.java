// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of LevelDB's files. */
final class FileNames {
  static final String CURRENT = "CURRENT";
  static final String LOCK = "LOCK";

  private static final Pattern LOG = Pattern.compile("(\\d{1,18})\\.log");
  private static final Pattern MANIFEST = Pattern.compile("MANIFEST-\\d{1,18}");
  private static final Pattern ANY =
      Pattern.compile(
          "CURRENT|LOCK|LOG|LOG\\.old|MANIFEST-\\d{1,18}|\\d{1,18}\\.(log|sst|ldb|dbtmp)");

  private FileNames() {}

  /** Returns the number of a log. */
  static OptionalLong logNumber(String name) {
    Matcher matcher = LOG.matcher(name);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  static boolean isLog(String name) {
    return LOG.matcher(name).matches();
  }

  static boolean isManifest(String name) {
    return MANIFEST.matcher(name).matches();
  }

  static boolean isTable(String name) {
    return name.endsWith(".sst") && isOurs(name);
  }

  /** Tells whether a file is one of LevelDB's. */
  static boolean isOurs(String name) {
    return ANY.matcher(name).matches();
  }

  static String log(long number) {
    return String.format("%06d.log", number);
  }

  static String table(long number) {
    return String.format("%06d.sst", number);
  }

  /** Returns the name that later releases of LevelDB, whose files this one cannot find, give. */
  static String newerTable(long number) {
    return String.format("%06d.ldb", number);
  }
}
