// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The logs of an open database, made durable from outside of LevelDB: a sync of a file takes in
 * what was written to it through any mapping.
 *
 * <p>Writes are told apart by the bytes of those that LevelDB did not sync itself. Who has to wait
 * for somebody else's sync, which covers his writes, has nothing to do afterwards.
 */
final class DurableFiles {
  private final Disk disk;
  private final Path directory;

  /** How many bytes of the writes that LevelDB did not sync are known to be durable. */
  private volatile long synced;

  DurableFiles(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /**
   * Makes the first so many bytes durable, whichever logs they are in.
   *
   * @throws dev.ensemblekv.api.KvException if that fails; it must not be tried again
   */
  void sync(long bytes) {
    sync(bytes, bytes, () -> Long.MAX_VALUE);
  }

  /**
   * Makes the first so many bytes durable, after a write that LevelDB synced: what is left are the
   * logs that it has left behind for a newer one, which it does without a sync.
   *
   * @param bytes of writes that had returned before
   * @param begun bytes of writes that had begun before: one that has not returned yet may be in a
   *     log that was left behind
   * @throws dev.ensemblekv.api.KvException if that fails; it must not be tried again
   */
  void syncBehind(long bytes, long begun) {
    sync(bytes, begun, this::newestLog);
  }

  /** Tells which log is the first that need not be made durable. */
  @FunctionalInterface
  private interface End {
    long log() throws IOException;
  }

  private void sync(long bytes, long begun, End end) {
    if (begun > synced) {
      synchronized (this) {
        if (begun > synced) {
          try {
            syncLogs(end.log());
            disk.syncDirectory(directory);
          } catch (IOException e) {
            throw DiskFiles.failure("the logs cannot be made durable", directory, e);
          }
          synced = Math.max(synced, bytes);
        }
      }
    }
  }

  private long newestLog() throws IOException {
    return disk.list(directory).stream()
        .mapToLong(name -> FileNames.logNumber(name).orElse(0))
        .max()
        .orElse(0);
  }

  /** Makes all logs before one durable. */
  private void syncLogs(long end) throws IOException {
    for (String name : disk.list(directory)) {
      if (FileNames.logNumber(name).orElse(end) < end) {
        try (DiskFile log = disk.open(directory.resolve(name))) {
          log.force();
        } catch (NoSuchFileException e) {
          // LevelDB deletes a log when what was in it is in tables, and these are durable.
        }
      }
    }
  }

  /** After LevelDB has let go of the files: makes them durable, and marks them as whole. */
  void closeCleanly(long keysBound) {
    sync(Long.MAX_VALUE);
    try {
      Database.closed(disk, directory, keysBound).write(disk, directory);
    } catch (IOException e) {
      if (!DiskFiles.isDiskFull(e)) { // without the mark, all that is missing is some certainty
        throw DiskFiles.failure("the clean close cannot be marked", directory, e);
      }
    }
  }
}
