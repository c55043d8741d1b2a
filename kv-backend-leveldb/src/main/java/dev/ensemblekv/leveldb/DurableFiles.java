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
 * <p>Flushes take turns; one that waited for another that covers its writes has nothing to do.
 */
final class DurableFiles {
  private final Disk disk;
  private final Path directory;
  private volatile long synced;

  /** The newest log when older ones, and its name, were last made durable. */
  private volatile long newestLog;

  DurableFiles(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Returns how many writes are known to be durable. */
  long synced() {
    return synced;
  }

  /**
   * Makes the first so many writes durable.
   *
   * @throws dev.ensemblekv.api.KvException if that fails; it must not be tried again
   */
  synchronized void sync(long writes) {
    if (writes > synced) {
      try {
        syncLogs(Long.MAX_VALUE);
        disk.syncDirectory(directory);
      } catch (IOException e) {
        throw DiskFiles.failure("the logs cannot be made durable", directory, e);
      }
      synced = writes;
    }
  }

  /**
   * Makes durable all logs that LevelDB has left behind for a newer one, which it does without a
   * sync, and the name of the newest.
   *
   * @throws dev.ensemblekv.api.KvException if that fails; it must not be tried again
   */
  void syncOlderLogs() {
    try {
      long newest = newestLog();
      if (newest > newestLog) {
        synchronized (this) {
          if (newest > newestLog) {
            syncLogs(newest);
            disk.syncDirectory(directory);
            newestLog = newest;
          }
        }
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the logs cannot be made durable", directory, e);
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
  synchronized void closeCleanly(long keysBound) {
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
