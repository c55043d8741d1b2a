// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/** What a store throws for what LMDB reports. */
final class Failures {
  /** With less space than this, a write that was cut short met the end of it. */
  private static final long NOTHING_BYTES = 64 << 10;

  private final Disk disk;
  private final Path file;

  /**
   * Creates the translation.
   *
   * @param file the data file
   */
  Failures(Disk disk, Path file) {
    this.disk = disk;
    this.file = file;
  }

  /** Returns what to throw for a failure of the library while {@code what} was done. */
  KvException translate(String what, RuntimeException e) {
    if (e instanceof KvException ours) {
      return ours;
    }
    if (e instanceof Env.AlreadyClosedException) {
      return new StoreClosedException();
    }
    if (isDiskFull(e)) {
      return new StoreFullException(
          what + ": there is no space on the disk; free some and try again", file, e);
    }
    if (e instanceof Txn.TxFullException) {
      return new StoreFullException(
          what + ": it changes too many pages for one transaction; divide the batch", file, e);
    }
    if (e instanceof LmdbNativeException.PageCorruptedException
        || e instanceof LmdbNativeException.PageNotFoundException
        || e instanceof LmdbNativeException.PageFullException
        || e instanceof Env.FileInvalidException
        || e instanceof Env.VersionMismatchException
        || e instanceof Dbi.IncompatibleException) {
      return new CorruptionException(
          what + ": the data file is damaged (" + e.getMessage() + "); restore it from a copy",
          file,
          e);
    }
    if (e instanceof LmdbNativeException.PanicException) {
      return new StoreFailedException(
          what + ": a commit failed midway; close the store and open it again", file, e);
    }
    return new KvException(what + ": LMDB reports: " + e.getMessage(), file, e);
  }

  /**
   * Tells whether the disk, or the user's share of it, is full. LMDB reports a write that was cut
   * short as EIO, whatever the reason.
   */
  boolean isDiskFull(RuntimeException e) {
    return is(e, Errno.ENOSPC) || is(e, Errno.EDQUOT) || (is(e, Errno.EIO) && nothingIsLeft());
  }

  private boolean nothingIsLeft() {
    try {
      return disk.usableBytes(file) < NOTHING_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  /** Tells whether the machine has no memory, or no address space, for it. */
  static boolean isOutOfMemory(RuntimeException e) {
    return is(e, Errno.ENOMEM);
  }

  private static boolean is(RuntimeException e, Errno errno) {
    return e instanceof LmdbNativeException reported
        && errno.defined()
        && reported.getResultCode() == errno.intValue();
  }

  /** Returns the data file. */
  Path file() {
    return file;
  }
}
