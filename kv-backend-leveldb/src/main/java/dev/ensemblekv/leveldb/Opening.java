// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The way to an open database: its files are checked and mended, there is space for what LevelDB
 * does when it opens them, and what that changed is durable.
 *
 * @param keysBound upper bound of the live keys
 * @param droppedBytes how much of torn ends was cut off
 */
record Opening(OpenDatabase database, long keysBound, long droppedBytes) {

  static Opening of(KvOpenContext context) {
    Disk disk = context.disk();
    Path directory = context.directory();
    disk.nativePath(directory); // throws before anything is changed
    NativeLibrary.load();
    checkCompression(context);
    try {
      return context.isNew() ? create(context) : reopen(context);
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
    return opened(context, 0, 0, 0, 0);
  }

  private static Opening reopen(KvOpenContext context) throws IOException {
    DiskLock lock = lock(context);
    Database database;
    try {
      database =
          Database.recover(
              context.disk(), context.directory(), context.option(LevelDbOptions.CHECK_TABLES));
    } finally {
      lock.close();
    }
    return opened(
        context,
        database.logBytes(),
        database.tableBytes(),
        database.keysBound(),
        database.droppedBytes());
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

  private static Opening opened(
      KvOpenContext context, long logBytes, long tableBytes, long keysBound, long droppedBytes)
      throws IOException {
    Disk disk = context.disk();
    Path directory = context.directory();
    SpaceGuard.checkBeforeOpen(
        disk, directory, context.option(LevelDbOptions.WRITE_BUFFER), logBytes, tableBytes);
    CleanMarker.delete(disk, directory);
    OpenDatabase database = OpenDatabase.open(context);
    try {
      disk.syncDirectory(directory);
      return new Opening(database, keysBound, droppedBytes);
    } catch (IOException | RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }
}
