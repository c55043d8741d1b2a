// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.api.StoreMismatchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Stat;
import org.lmdbjava.Txn;

/**
 * The open environment and the database in it: the map of the data file, which can be made longer.
 *
 * <p>Whoever changes the map ({@link #grow}, {@link #reopen}, {@link #close}) must be alone: no
 * transaction is active then, and none begins. {@link Readers} and the {@link Committer} see to it.
 */
final class Database {
  /**
   * The database that the pairs of a substore are in. The unnamed one, which tells where that is,
   * has room for the number of the last journaled batch.
   */
  static final String OF_SUBSTORE = "ensemblekv.pairs";

  private static final byte[] JOURNAL_KEY = "ensemblekv.journal".getBytes(StandardCharsets.UTF_8);
  private static final long MIN_MAP_BYTES = 1 << 20;
  private static final int FILE_MODE = 0644;

  /** Flags of databases whose keys are not plain byte strings, or have more than one value. */
  private static final Set<DbiFlags> NOT_PAIRS =
      EnumSet.of(DbiFlags.MDB_DUPSORT, DbiFlags.MDB_REVERSEKEY, DbiFlags.MDB_INTEGERKEY);

  private final Path directory;
  private final String name;
  private final EnvFlags[] flags;
  private final Failures failures;

  private long mapBytes;
  private Env<Slice> env;
  private Dbi<Slice> dbi;
  private @Nullable Dbi<Slice> unnamed;

  private Database(
      Path directory,
      String name,
      EnvFlags[] flags,
      Failures failures,
      long mapBytes,
      boolean create) {
    this.directory = directory;
    this.name = name;
    this.flags = flags.clone();
    this.failures = failures;
    this.mapBytes = mapBytes;
    this.env = openEnv();
    try {
      this.dbi = openDbi(create);
      this.unnamed = openUnnamed();
      checkPairs();
    } catch (RuntimeException | Error e) {
      env.close();
      throw e;
    }
  }

  /**
   * Opens the environment, and creates it where there is none.
   *
   * @param mapBytes the address space to reserve; less where the machine refuses it
   * @param create whether a named database is to be created
   */
  static Database open(
      Path directory,
      String name,
      EnvFlags[] flags,
      Failures failures,
      long mapBytes,
      boolean create) {
    return new Database(directory, name, flags, failures, mapBytes, create);
  }

  private Env<Slice> openEnv() {
    while (true) {
      try {
        return Env.create(SliceProxy.INSTANCE)
            .setMapSize(mapBytes)
            .setMaxDbs(1)
            .setMaxReaders(Readers.MAX)
            .open(directory.toFile(), FILE_MODE, flags);
      } catch (LmdbException e) {
        if (!Failures.isOutOfMemory(e) || mapBytes / 2 < MIN_MAP_BYTES) {
          throw e;
        }
        mapBytes /= 2;
      }
    }
  }

  private Dbi<Slice> openDbi(boolean create) {
    byte[] bytes = name.isEmpty() ? null : name.getBytes(StandardCharsets.UTF_8);
    DbiFlags[] options =
        create && bytes != null ? new DbiFlags[] {DbiFlags.MDB_CREATE} : new DbiFlags[0];
    try (Txn<Slice> txn = create ? env.txnWrite() : env.txnRead()) {
      Dbi<Slice> opened = env.openDbi(txn, bytes, null, false, options);
      txn.commit(); // of a reading transaction too: it keeps the handle
      return opened;
    } catch (Dbi.KeyNotFoundException e) {
      throw new StoreMismatchException(
          "there is no database '"
              + name
              + "' in the environment; check "
              + LmdbOptions.DATABASE.name(),
          failures.file(),
          e);
    } catch (Dbi.IncompatibleException e) {
      throw new StoreMismatchException(
          "'"
              + name
              + "' is a key of the environment, not a database; check "
              + LmdbOptions.DATABASE.name(),
          failures.file(),
          e);
    }
  }

  private @Nullable Dbi<Slice> openUnnamed() {
    if (!name.equals(OF_SUBSTORE)) {
      return null;
    }
    try (Txn<Slice> txn = env.txnRead()) {
      Dbi<Slice> opened = env.openDbi(txn, null, null, false);
      txn.commit();
      return opened;
    }
  }

  /** Tells whether there is a place for the number of a journaled batch. */
  boolean isJournaled() {
    return unnamed != null;
  }

  /** Returns the number of the last journaled batch; 0: there was none. */
  long journal(Txn<Slice> txn, Slice keySlice) {
    Dbi<Slice> numbers = unnamed;
    Slice number = numbers == null ? null : numbers.get(txn, keySlice.set(JOURNAL_KEY));
    return number == null ? 0 : ByteBuffer.wrap(number.copy(0)).getLong();
  }

  /** Sets the number of the last journaled batch. */
  void setJournal(Txn<Slice> txn, Slice keySlice, long number) {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    Objects.requireNonNull(unnamed)
        .reserve(txn, keySlice.set(JOURNAL_KEY), bytes.length)
        .write(0, bytes);
  }

  private void checkPairs() {
    try (Txn<Slice> txn = env.txnRead()) {
      List<DbiFlags> wrong = dbi.listFlags(txn).stream().filter(NOT_PAIRS::contains).toList();
      if (!wrong.isEmpty()) {
        throw new StoreMismatchException(
            "the database was made with "
                + wrong
                + ", so it is no map of byte strings; copy its data by a program of its own",
            failures.file(),
            null);
      }
    }
  }

  /** Begins a reading transaction. */
  Txn<Slice> beginRead() {
    return env.txnRead();
  }

  /** Begins a writing transaction, which the thread that begins it ends. */
  Txn<Slice> beginWrite() {
    return env.txnWrite();
  }

  /** Returns the database. */
  Dbi<Slice> dbi() {
    return dbi;
  }

  /** Returns how many bytes of address space are reserved. */
  long mapBytes() {
    return mapBytes;
  }

  /** Returns how many bytes of the data file are in use, free pages included. */
  long usedBytes(Stat stat) {
    return (env.info().lastPageNumber + 1) * stat.pageSize;
  }

  /**
   * Tells whether a key is the name of a database of its own. Called by one thread at a time, as a
   * handle is opened for a moment.
   */
  synchronized boolean isDatabase(byte[] key) {
    if (!name.isEmpty()) {
      return false; // only in the unnamed database can there be others
    }
    try (Txn<Slice> txn = env.txnRead()) {
      env.openDbi(txn, key, null, false);
      return true; // the transaction is aborted, which closes the handle
    } catch (Dbi.IncompatibleException | Dbi.KeyNotFoundException e) {
      return false;
    }
  }

  /** Waits until all commits are on the medium. */
  void sync() {
    env.sync(true);
  }

  /**
   * Doubles the map. LMDB unmaps before it maps: where the longer map is refused it is left without
   * any, and is opened anew.
   *
   * @throws StoreFullException if the machine has no address space; the map is as it was
   */
  void grow() {
    long before = mapBytes;
    try {
      env.setMapSize(2 * before);
      mapBytes = 2 * before;
    } catch (LmdbNativeException e) {
      reopen();
      throw new StoreFullException(
          "the data file needs more than its "
              + before
              + " bytes of address space, and the machine refuses more ("
              + e.getMessage()
              + "); use fewer stores in one process, or a smaller "
              + LmdbOptions.RESERVE.name()
              + " in each",
          failures.file(),
          e);
    }
  }

  /** Opens the environment anew, of which no transaction must be kept. */
  void reopen() {
    env.close();
    env = openEnv();
    dbi = openDbi(false);
    unnamed = openUnnamed();
  }

  /** Closes the environment. Closing again does nothing. */
  void close() {
    env.close();
  }
}
