// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a database that is not open, read and mended before LevelDB gets to see them.
 *
 * <p>LevelDB drops records of a bad log in silence; told to be paranoid, it refuses logs that a
 * crash tore honestly, and so it always does with manifests. So each file is read here first: a
 * torn end is cut off, durably, and anything else that is wrong is a {@link CorruptionException}.
 * What is left, a paranoid LevelDB opens.
 */
final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int MAX_CURRENT_BYTES = 64;
  private static final int BATCH_HEADER_BYTES = 12;

  private final Disk disk;
  private final Path directory;
  private final boolean mends;
  private final Version version = new Version();
  private final Map<String, Long> logBytes = new TreeMap<>();
  private long droppedBytes;
  private long lastSequence;

  /** The number of the batch after the last one of the logs so far; 0: there was none. */
  private long nextSequence;

  private boolean firstOfLog;

  /** A log has been read in which there is no batch. */
  private boolean anyEmptyLog;

  private boolean behindGap;
  private Optional<CleanMarker> marker = Optional.empty();

  private Database(Disk disk, Path directory, boolean mends) {
    this.disk = disk;
    this.directory = directory;
    this.mends = mends;
  }

  /**
   * Reads and mends the files of a database.
   *
   * @param checkTables whether to look into the tables, rather than at their lengths only
   */
  static Database recover(Disk disk, Path directory, boolean checkTables) throws IOException {
    return read(new Database(disk, directory, true), checkTables);
  }

  /** Reads and checks the same without mending anything. */
  static Database check(Disk disk, Path directory, boolean checkTables) throws IOException {
    return read(new Database(disk, directory, false), checkTables);
  }

  private static Database read(Database database, boolean checkTables) throws IOException {
    database.recoverManifest();
    database.checkTables(checkTables);
    database.recoverLogs();
    return database;
  }

  /** Reads a database that was closed just now; nothing is mended, as nothing can be torn. */
  static CleanMarker closed(Disk disk, Path directory, long keys) throws IOException {
    Database database = new Database(disk, directory, false);
    Path manifest = database.manifest();
    database.scan(manifest, database.version);
    Map<String, Long> files = new TreeMap<>();
    for (String name : database.liveLogs().values()) {
      files.put(name, sizeOf(disk, directory.resolve(name)));
    }
    String name = String.valueOf(manifest.getFileName());
    files.put(name, sizeOf(disk, manifest));
    return new CleanMarker(keys, name, files);
  }

  private static long sizeOf(Disk disk, Path path) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      return file.size();
    }
  }

  /** Tells whether there is a manifest of LevelDB whose keys are ordered as bytes. */
  static boolean looksLikeOne(Disk disk, Path directory) throws IOException {
    if (!disk.exists(directory.resolve(FileNames.CURRENT))) {
      return false;
    }
    try {
      Database database = new Database(disk, directory, false);
      database.scan(database.manifest(), database.version);
      return true;
    } catch (CorruptionException e) {
      return false; // whatever it is, it is not ours to open
    }
  }

  /** Deletes what an earlier creation that was cut short left behind. */
  static void clear(Disk disk, Path directory) throws IOException {
    for (String name : disk.list(directory)) {
      if (FileNames.isOurs(name) || name.equals(CleanMarker.NAME)) {
        disk.delete(directory.resolve(name));
      }
    }
  }

  private void recoverManifest() throws IOException {
    Path path = manifest();
    marker = CleanMarker.read(disk, directory, String.valueOf(path.getFileName()));
    recover(path, version);
    version.checkComplete(path);
    lastSequence = version.lastSequence();
  }

  private Path manifest() throws IOException {
    Path current = directory.resolve(FileNames.CURRENT);
    if (!disk.exists(current)) {
      throw missing(current);
    }
    String text =
        new String(DiskFiles.read(disk, current, MAX_CURRENT_BYTES), StandardCharsets.ISO_8859_1);
    String name = text.strip();
    if (!text.equals(name + "\n") || !FileNames.isManifest(name)) {
      throw new CorruptionException(
          "the file does not name a manifest; restore the store from a copy", current, null);
    }
    Path manifest = directory.resolve(name);
    if (!disk.exists(manifest)) {
      throw missing(manifest);
    }
    return manifest;
  }

  private static CorruptionException missing(Path path) {
    return new CorruptionException(
        "the file is missing, so the database is not whole; restore the store from a copy",
        path,
        null);
  }

  private void checkTables(boolean inside) throws IOException {
    for (Map.Entry<Long, Long> table : version.tables().entrySet()) {
      Path path = directory.resolve(FileNames.table(table.getKey()));
      Path newer = directory.resolve(FileNames.newerTable(table.getKey()));
      if (!disk.exists(path) && disk.exists(newer)) {
        throw new KvException(
            "the database was made by LevelDB 1.14 or later, and this is 1.13; copy it with the"
                + " program that made it",
            newer,
            null);
      }
      TableFile.check(disk, path, table.getValue(), inside);
    }
  }

  private void recoverLogs() throws IOException {
    Map<Long, String> logs = liveLogs();
    if (version.log() != 0 && !logs.containsKey(version.log())) {
      throw missing(directory.resolve(FileNames.log(version.log())));
    }
    for (String name : logs.values()) {
      Path path = directory.resolve(name);
      firstOfLog = true;
      behindGap = false;
      long bytes = recover(path, this::takeBatch);
      anyEmptyLog |= firstOfLog;
      logBytes.put(name, behindGap ? dropBehindGap(path, bytes) : bytes);
    }
    marker.ifPresent(this::checkNoneMissing);
  }

  private void checkNoneMissing(CleanMarker closed) {
    for (String name : closed.fileBytes().keySet()) {
      if (FileNames.isLog(name) && !logBytes.containsKey(name)) {
        throw missing(directory.resolve(name));
      }
    }
  }

  private Map<Long, String> liveLogs() throws IOException {
    Map<Long, String> logs = new TreeMap<>();
    for (String name : disk.list(directory)) {
      OptionalLong number = FileNames.logNumber(name);
      if (number.isPresent() && version.isLive(number.getAsLong())) {
        logs.put(number.getAsLong(), name);
      }
    }
    return logs;
  }

  /**
   * Drops a log, as the end of the one before it is lost: LevelDB syncs only the newest, so that a
   * loss of power may take away what was written earlier.
   */
  private long dropBehindGap(Path path, long bytes) throws IOException {
    if (marker.isPresent()) {
      throw new CorruptionException(
          "what was written before this log is missing; restore the store from a copy",
          path,
          0,
          null);
    }
    LOG.warn("Dropped all of {}: a crash took away what was written before it", path);
    droppedBytes += bytes;
    if (mends) {
      cut(path, 0);
    }
    return 0;
  }

  /**
   * Takes note of a batch; those of all logs are numbered without a gap. Where the first logs are
   * empty, numbers tell nothing, as the manifest may know any that was ever given. But then a crash
   * emptied them: who begins a log has something to write, see {@link LevelDbStore#compact}.
   */
  private void takeBatch(byte[] bytes, Path path, long offset) {
    EditParser batch = new EditParser(bytes, path, offset);
    if (bytes.length < BATCH_HEADER_BYTES) {
      throw batch.corrupt("a record is too short");
    }
    long sequence = batch.fixed(Long.BYTES);
    long count = batch.fixed(Integer.BYTES);
    if (firstOfLog) {
      firstOfLog = false;
      behindGap =
          nextSequence > 0 ? sequence != nextSequence : anyEmptyLog || sequence > lastSequence + 1;
    }
    if (!behindGap) {
      nextSequence = sequence + count;
      lastSequence = Math.max(lastSequence, nextSequence - 1);
    }
  }

  private LogFile.Scan scan(Path path, LogRecords records) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      return new LogFile(file, path).scan(records);
    }
  }

  /** Reads a log or manifest, and cuts off what is torn; returns how long it is then. */
  private long recover(Path path, LogRecords records) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      LogFile log = new LogFile(file, path);
      marker.ifPresent(closed -> closed.check(path, log.size()));
      LogFile.Scan scan = log.scan(records);
      if (scan.end() == log.size()) {
        return log.size();
      }
      boolean sound = scan.bad() == log.size() && marker.isEmpty();
      if (!sound && (marker.isPresent() || !TornTail.isTorn(log, scan.bad()))) {
        throw new CorruptionException(
            "a record is damaged, and not by a crash; restore the store from a copy",
            path,
            marker.isPresent() ? Math.min(scan.bad(), scan.end()) : scan.bad(),
            null);
      }
      report(log, scan.end());
      if (mends) {
        cut(path, scan.end());
      }
      return scan.end();
    }
  }

  private void report(LogFile log, long end) throws IOException {
    if (log.firstNonZero(end, log.size()) < log.size()) {
      droppedBytes += log.size() - end;
      LOG.warn(
          "Dropped the end of {}, from byte {} of {}: a crash cut it short before it was durable",
          log.path(),
          end,
          log.size());
    }
  }

  private void cut(Path path, long end) throws IOException {
    try (DiskFile file = disk.open(path)) {
      file.truncate(end);
      file.force();
    }
  }

  /** Returns how many keys there are at most: every put and delete ever made has a number. */
  long keysBound() {
    return marker.map(CleanMarker::keys).orElse(lastSequence);
  }

  long tableBytes() {
    return version.tableBytes();
  }

  /** Returns the bytes of logs, which become tables at the next opening. */
  long logBytes() {
    return logBytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns how much of torn ends was cut off. */
  long droppedBytes() {
    return droppedBytes;
  }

  /** Returns what a database consists of now, also while it is open. */
  static Version version(Disk disk, Path directory) throws IOException {
    Database database = new Database(disk, directory, false);
    database.scan(database.manifest(), database.version);
    return database.version;
  }
}
