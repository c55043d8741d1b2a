// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way to an open database: its files are checked and mended, there is space for what LevelDB
 * does when it opens them, and what that changed is durable.
 *
 * @param at the directory of what is open: the store's own, or the copy's
 * @param copy what stands in for the database, if it is read only
 * @param keysBound upper bound of the live keys
 * @param droppedBytes how much of torn ends was cut off
 */
record Opening(
    OpenDatabase database,
    Path at,
    @Nullable ReadOnlyCopy copy,
    long keysBound,
    long droppedBytes) {

  static Opening of(KvOpenContext context) {
    Disk disk = context.disk();
    Path directory = context.directory();
    disk.nativePath(directory); // throws before anything is changed
    NativeLibrary.load();
    checkCompression(context);
    try {
      if (context.isNew()) {
        return create(context);
      }
      return context.isReadOnly() ? reopenReadOnly(context) : reopen(context);
    } catch (IOException e) {
      throw DiskFiles.failure("the database cannot be opened", directory, e);
    }
  }

  private static void checkCompression(KvOpenContext context) {
    boolean wanted =
        context.option(LevelDbOptions.COMPRESSION) == LevelDbOptions.Compression.SNAPPY;
    if (wanted && !NativeLibrary.compresses()) {
      throw new KvException(
          "the native library for this machine was built without Snappy: set "
              + LevelDbOptions.COMPRESSION.name()
              + "=none",
          context.directory(),
          null);
    }
  }

  private static Opening create(KvOpenContext context) throws IOException {
    Database.clear(context.disk(), context.directory());
    return opened(context, context.directory(), null, Optional.empty());
  }

  @SuppressWarnings("try") // the lock is only held
  private static Opening reopen(KvOpenContext context) throws IOException {
    Path directory = context.directory();
    boolean checkTables = context.option(LevelDbOptions.CHECK_TABLES);
    Database database;
    try (DiskLock lock = lock(context)) {
      database = Database.recover(context.disk(), directory, checkTables);
    }
    return opened(context, directory, null, Optional.of(database));
  }

  /** Checks the database where it is, so that damage is named there, and mends and opens a copy. */
  @SuppressWarnings("try") // the lock is only held
  private static Opening reopenReadOnly(KvOpenContext context) throws IOException {
    Disk disk = context.disk();
    ReadOnlyCopy copy;
    try (DiskLock lock = lockIfAllowed(context)) {
      Database.check(disk, context.directory(), context.option(LevelDbOptions.CHECK_TABLES));
      copy = ReadOnlyCopy.of(disk, context.directory());
    }
    try {
      Database database = Database.recover(disk, copy.path(), false);
      return opened(context, copy.path(), copy, Optional.of(database));
    } catch (IOException | RuntimeException | Error e) {
      DiskFiles.closeAfter(e, copy);
      throw e;
    }
  }

  /** Takes LevelDB's own lock: files that another program has mapped must not be cut. */
  private static DiskLock lock(KvOpenContext context) throws IOException {
    Path lock = context.directory().resolve(FileNames.LOCK);
    return context
        .disk()
        .tryLock(lock)
        .orElseThrow(
            () ->
                new KvException(
                    "another program has the database open, without Ensemble KV; end that first",
                    lock,
                    null));
  }

  /** Creates no lock file: where there is none, nobody has the database open. */
  private static DiskLock lockIfAllowed(KvOpenContext context) throws IOException {
    if (!context.disk().exists(context.directory().resolve(FileNames.LOCK))) {
      return () -> {};
    }
    try {
      return lock(context);
    } catch (AccessDeniedException | ReadOnlyFileSystemException e) {
      return () -> {}; // nobody can write here
    }
  }

  private static Opening opened(
      KvOpenContext context, Path at, @Nullable ReadOnlyCopy copy, Optional<Database> found)
      throws IOException {
    Disk disk = context.disk();
    SpaceGuard.checkBeforeOpen(
        disk,
        at,
        context.option(LevelDbOptions.WRITE_BUFFER),
        found.map(Database::logBytes).orElse(0L),
        found.map(Database::tableBytes).orElse(0L));
    CleanMarker.delete(disk, at);
    OpenDatabase database = OpenDatabase.open(context, at);
    try {
      disk.syncDirectory(at);
      return new Opening(
          database,
          at,
          copy,
          found.map(Database::keysBound).orElse(0L),
          found.map(Database::droppedBytes).orElse(0L));
    } catch (IOException | RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }

  /** Closes the database, and deletes the copy. */
  void close() throws IOException {
    database.close();
    if (copy != null) {
      copy.close();
    }
  }
}
