// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a database consists of, as its manifest tells: a list of edits, of which the later ones
 * change what the earlier ones said.
 *
 * <pre>{@code
 * edit   = *field
 * field  = 1 comparator:text | 2 log:varint | 3 nextFile:varint | 4 lastSequence:varint
 *        | 5 level:varint key:text | 6 level:varint table:varint
 *        | 7 level:varint table:varint bytes:varint least:text greatest:text | 9 previousLog:varint
 * }</pre>
 */
final class Version implements LogRecords {
  private static final String COMPARATOR = "leveldb.BytewiseComparator";
  private static final int LEVELS = 7;

  private final Map<Long, Long> tables = new HashMap<>();
  private @Nullable Path manifest;
  private boolean hasLog;
  private boolean hasNextFile;
  private boolean hasSequence;
  private long log;
  private long previousLog;
  private long lastSequence;

  @Override
  public void take(byte[] bytes, Path path, long offset) {
    manifest = path;
    EditParser edit = new EditParser(bytes, path, offset);
    while (!edit.atEnd()) {
      apply(edit);
    }
  }

  private void apply(EditParser edit) {
    int tag = (int) edit.varint();
    switch (tag) {
      case 1 -> checkComparator(edit.text());
      case 2 -> {
        log = edit.varint();
        hasLog = true;
      }
      case 3 -> {
        edit.varint();
        hasNextFile = true;
      }
      case 4 -> {
        lastSequence = edit.varint();
        hasSequence = true;
      }
      case 5 -> {
        level(edit);
        edit.skipText();
      }
      case 6 -> {
        level(edit);
        tables.remove(edit.varint());
      }
      case 7 -> {
        level(edit);
        tables.put(edit.varint(), edit.varint());
        edit.skipText();
        edit.skipText();
      }
      case 9 -> previousLog = edit.varint();
      default -> throw edit.corrupt("the manifest has a field of an unknown kind " + tag);
    }
  }

  private static void level(EditParser edit) {
    long level = edit.varint();
    if (level < 0 || level >= LEVELS) {
      throw edit.corrupt("the manifest names a level " + level);
    }
  }

  private void checkComparator(String name) {
    if (!name.equals(COMPARATOR)) {
      throw new KvException(
          "the database is ordered by the comparator '"
              + name
              + "', and only '"
              + COMPARATOR
              + "' can be opened; copy it with the program that made it",
          manifest,
          null);
    }
  }

  /** Checks that the manifest said all it must say. */
  void checkComplete(Path path) {
    if (!hasLog || !hasNextFile || !hasSequence) {
      throw new CorruptionException(
          "the manifest does not say what the database is; restore the store from a copy",
          path,
          null);
    }
  }

  /** Returns the bytes of each table, by its number. A table that moves is removed, then added. */
  Map<Long, Long> tables() {
    return Collections.unmodifiableMap(tables);
  }

  long tableBytes() {
    return tables.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Tells whether what is in a log is not yet in tables. */
  boolean isLive(long number) {
    return number >= log || number == previousLog;
  }

  /** Returns the number of the log that must be there; 0: none. */
  long log() {
    return log;
  }

  long lastSequence() {
    return lastSequence;
  }
}
