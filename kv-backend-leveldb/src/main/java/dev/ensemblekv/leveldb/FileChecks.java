// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The checks of what LevelDB reads only when it is opened, or without checking it: the manifest,
 * the logs, and the index of each table. They run while LevelDB writes to these files.
 */
final class FileChecks {
  private final Disk disk;
  private final Path directory;
  private final KvTask.Progress progress;

  private FileChecks(Disk disk, Path directory, KvTask.Progress progress) {
    this.disk = disk;
    this.directory = directory;
    this.progress = progress;
  }

  /** Checks everything, and tells of each file that is damaged. */
  static void run(Disk disk, Path directory, KvTask.Progress progress) {
    FileChecks checks = new FileChecks(disk, directory, progress);
    try {
      checks.checkTables();
      for (String name : disk.list(directory)) {
        if (FileNames.isLog(name) || FileNames.isManifest(name)) {
          checks.check(name);
        }
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the files of the database cannot be read", directory, e);
    }
  }

  private void checkTables() throws IOException {
    Version version;
    try {
      version = Database.version(disk, directory);
    } catch (CorruptionException e) {
      tell(e);
      return;
    }
    for (Map.Entry<Long, Long> table : version.tables().entrySet()) {
      progress.advance(0); // ends here if it is cancelled
      try {
        TableFile.check(
            disk, directory.resolve(FileNames.table(table.getKey())), table.getValue(), true);
      } catch (CorruptionException e) {
        if (Database.version(disk, directory).tables().containsKey(table.getKey())) {
          tell(e); // else it was compacted away meanwhile
        }
      }
    }
  }

  private void check(String name) throws IOException {
    Path path = directory.resolve(name);
    try (DiskFile file = disk.openReadOnly(path)) {
      LogFile log = new LogFile(file, path);
      LogFile.Scan scan = log.scan((bytes, from, offset) -> {});
      if (scan.bad() < log.size() && isDamaged(log, scan.bad())) {
        throw new CorruptionException(
            "a record is damaged; restore the store from a copy", path, scan.bad(), null);
      }
    } catch (NoSuchFileException e) {
      // LevelDB deleted it: what was in it is elsewhere.
    } catch (CorruptionException e) {
      tell(e);
    }
  }

  /**
   * A fragment that is being written looks bad for a moment, and only zeros follow it. If there is
   * more, then by now it is complete.
   */
  private static boolean isDamaged(LogFile log, long at) throws IOException {
    log.forget();
    long end = log.hasPlausibleHeader(at) ? log.endOfFragment(at) : at + LogFile.HEADER_BYTES;
    boolean over = log.firstNonZero(end, log.size()) < log.size();
    log.forget();
    return over && !log.isSound(at);
  }

  private void tell(CorruptionException problem) {
    progress.problem(problem.getMessage(), problem.path().orElse(null));
  }
}
