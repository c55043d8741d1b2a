// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.StoreMismatchException;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.EnvFlags;

/** The opening of a store: the checks before LMDB maps the file, and the durable creation. */
final class LmdbOpening {
  private final KvOpenContext context;
  private final Disk disk;
  private final Path file;
  private final Failures failures;
  private String name;

  private LmdbOpening(KvOpenContext context) {
    this.context = context;
    this.disk = context.disk();
    this.file = context.directory().resolve(DataFile.NAME);
    this.name = context.option(LmdbOptions.DATABASE);
    this.failures = new Failures(context.disk(), file);
  }

  static LmdbStore open(KvOpenContext context) {
    NativeLibrary.load();
    LmdbOpening opening = new LmdbOpening(context);
    try {
      return opening.open();
    } catch (IOException e) {
      throw DiskFiles.failure("the data file cannot be read", opening.file, e);
    }
  }

  private LmdbStore open() throws IOException {
    Path directory = disk.nativePath(context.directory());
    long fileBytes = 0;
    if (context.isNew()) {
      disk.delete(file);
      disk.delete(file.resolveSibling(DataFile.LOCK_NAME));
    } else {
      fileBytes = DataFile.check(disk, file);
      checkName(DataFile.namedDatabases(disk, file));
    }
    if (context.isNew() && context.isInner() && name.isEmpty()) {
      name = Database.OF_SUBSTORE;
    }
    long mapBytes = Math.max(context.option(LmdbOptions.RESERVE), 2 * fileBytes);
    Database database = database(directory, mapBytes);
    try {
      if (context.isNew()) {
        database.sync();
        disk.syncDirectory(context.directory());
      }
      return new LmdbStore(context, database, failures);
    } catch (IOException | RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }

  private Database database(Path directory, long mapBytes) {
    try {
      return Database.open(directory, name, flags(), failures, mapBytes, context.isNew());
    } catch (RuntimeException e) {
      throw failures.translate("the store cannot be opened", e);
    }
  }

  /** The descriptions of named databases must not be taken for values. */
  private void checkName(List<String> names) {
    if (name.isEmpty()) {
      if (names.contains(Database.OF_SUBSTORE)) {
        name = Database.OF_SUBSTORE;
      } else if (!names.isEmpty()) {
        throw new StoreMismatchException(
            "the environment holds named databases, such as "
                + names
                + "; say by "
                + LmdbOptions.DATABASE.name()
                + " which of them is meant",
            file,
            null);
      }
    }
  }

  /**
   * Transactions are not bound to threads; the file is read where it is asked for, not around it.
   * Who only reads needs no table of readers, as the lock on the directory keeps writers out, and
   * so changes no file.
   */
  private EnvFlags[] flags() {
    List<EnvFlags> flags = new ArrayList<>(List.of(EnvFlags.MDB_NOTLS, EnvFlags.MDB_NORDAHEAD));
    if (context.isReadOnly()) {
      flags.add(EnvFlags.MDB_RDONLY_ENV);
      flags.add(EnvFlags.MDB_NOLOCK);
    }
    switch (context.option(LmdbOptions.DURABILITY)) {
      case SYNC -> {}
      case NOMETASYNC -> flags.add(EnvFlags.MDB_NOMETASYNC);
      case NOSYNC -> flags.add(EnvFlags.MDB_NOSYNC);
    }
    return flags.toArray(EnvFlags[]::new);
  }
}
