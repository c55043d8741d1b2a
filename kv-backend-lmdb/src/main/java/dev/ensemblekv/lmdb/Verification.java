// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.Arrays;

/**
 * The reading of everything: the length of the file, the tree from its first key to its last in
 * order, and each value. It holds no reader for long, so it stands in nobody's way.
 */
final class Verification {
  /** How long the description of a named database is. */
  private static final int DESCRIPTION_BYTES = 48;

  private final KvOpenContext context;
  private final Database database;
  private final Readers readers;
  private final Values values;
  private final Failures failures;

  Verification(
      KvOpenContext context, Database database, Readers readers, Values values, Failures failures) {
    this.context = context;
    this.database = database;
    this.readers = readers;
    this.values = values;
    this.failures = failures;
  }

  void run(KvTask.Progress progress) {
    try {
      DataFile.check(context.disk(), failures.file());
    } catch (CorruptionException e) {
      progress.problem(e.getMessage(), failures.file());
      return; // to walk where the file is cut would kill the process
    } catch (IOException e) {
      throw DiskFiles.failure("the data file cannot be read", failures.file(), e);
    }
    walk(progress);
  }

  private void walk(KvTask.Progress progress) {
    byte[] before = new byte[0];
    try (ChunkedCursor cursor = new ChunkedCursor(database, readers, values, failures)) {
      while (true) {
        try {
          if (!cursor.next()) {
            return;
          }
        } catch (CorruptionException e) {
          progress.problem(e.getMessage(), failures.file());
          if (!cursor.skipDamage()) {
            return; // the tree itself is damaged
          }
          continue;
        }
        byte[] key = cursor.key();
        check(before, key, cursor.value(), progress);
        before = key;
        progress.advance(1);
      }
    }
  }

  private void check(byte[] before, byte[] key, byte[] value, KvTask.Progress progress) {
    if (Arrays.compareUnsigned(before, key) >= 0) {
      progress.problem("the keys are not in order; restore the store from a copy", failures.file());
    }
    if (value.length == DESCRIPTION_BYTES && database.isDatabase(key)) {
      progress.problem(
          "a key is the name of a database inside the environment, and its value no data; say by "
              + LmdbOptions.DATABASE.name()
              + " which database is meant",
          failures.file());
    }
  }
}
