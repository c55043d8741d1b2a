// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.spi.GroupLock;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Brings the pairs in memory to the data file, one persist at a time, and knows how far that is.
 *
 * <p>Whoever needs a change on disk asks for its number. Those who come while a persist is under
 * way wait, and then share the next one, or its failure. A persist that failed is never resumed:
 * the next one writes a new file.
 *
 * <p>Lock order: {@link #persisting}, then the lock of {@link Pairs}.
 */
final class Persister {
  private static final String FAILED =
      "the latest changes are in memory only, the data file could not be written and will be tried"
          + " again";

  private final Pairs pairs;
  private final DataFile file;
  private final KvExecutor executor;
  private final GroupLock persisting = new GroupLock(this::persistedChanges);

  // Written under the lock.
  private volatile long persistedChanges;
  private volatile long persistedNanos; // when, if there was a persist
  private volatile Status status = new Status(0, 0, 0, 0, 0, null);

  // Guarded by the lock.
  private DataFormat.@Nullable Stamp onDisk; // null: not known
  private boolean edited;
  private boolean closed;

  /** The last failure, until someone was told of it or a persist succeeded. */
  private final AtomicReference<@Nullable Failure> untold = new AtomicReference<>();

  /**
   * What persisting was like so far.
   *
   * @param lastNanos how long the last persist took
   * @param fileBytes how long the data file is
   * @param writtenBytes what all persists have written
   * @param failure why the last persist failed; {@code null}: it did not
   */
  record Status(
      long persists,
      long failures,
      long lastNanos,
      long fileBytes,
      long writtenBytes,
      @Nullable Failure failure) {}

  /**
   * A persist that failed.
   *
   * @param changes how many changes it would have persisted
   */
  record Failure(long changes, Throwable cause) {}

  Persister(Pairs pairs, DataFile file, KvExecutor executor) {
    this.pairs = pairs;
    this.file = file;
    this.executor = executor;
  }

  /**
   * Writes the file of a new store.
   *
   * @throws KvException if that failed
   */
  void create() {
    persisting.lock();
    try {
      Failure failure = attempt();
      if (failure != null) {
        throw exception("the data file cannot be created", failure);
      }
    } finally {
      persisting.unlock();
    }
  }

  /** Takes over what was read from the file into the pairs. */
  void loaded(DataFileReader.Result result) {
    persisting.lock();
    try {
      persistedChanges = 0;
      onDisk = result.edited() ? null : result.stamp();
      edited = result.edited();
      status = new Status(0, 0, 0, result.stamp().bytes(), 0, null);
    } finally {
      persisting.unlock();
    }
  }

  Status status() {
    return status;
  }

  /** Returns how long ago the last persist came to its end, if there was one. */
  OptionalLong persistedAgeNanos() {
    return status.persists == 0
        ? OptionalLong.empty()
        : OptionalLong.of(executor.nanoTime() - persistedNanos);
  }

  private long persistedChanges() {
    return persistedChanges;
  }

  /** Returns how many changes are in memory only. */
  long dirtyChanges() {
    return pairs.figures().changes() - persistedChanges;
  }

  /**
   * Makes changes durable, unless they are.
   *
   * @param changes the number of the last one
   * @throws KvException if that failed; the changes stay in memory
   */
  void persist(long changes) {
    long failuresBefore = status.failures;
    if (!persisting.lockUnlessReached(changes)) {
      return;
    }
    try {
      if (closed) {
        throw new StoreClosedException();
      }
      Failure shared = status.failures > failuresBefore ? status.failure : null;
      Failure failure = shared != null && shared.changes >= changes ? shared : attempt();
      if (failure != null) {
        untold.compareAndSet(failure, null);
        throw exception(FAILED, failure);
      }
    } finally {
      persisting.unlock();
    }
  }

  /**
   * Persists what there is; returns whether all went well. A failure is told to the next writer.
   */
  boolean persistInBackground() {
    persisting.lock();
    try {
      return closed || dirtyChanges() == 0 || attempt() == null;
    } finally {
      persisting.unlock();
    }
  }

  /** Returns why it failed. */
  private @Nullable Failure attempt() {
    long start = executor.nanoTime();
    long changes = pairs.figures().changes();
    try {
      Pairs.Copy copy = pairs.copy();
      changes = copy.changes;
      DataFormat.Stamp stamp = file.write(copy);
      onDisk = stamp;
      edited = false;
      long nanos = executor.nanoTime() - start;
      long bytes = stamp.bytes();
      long writtenBytes = status.writtenBytes + bytes;
      persistedNanos = executor.nanoTime();
      status = new Status(status.persists + 1, status.failures, nanos, bytes, writtenBytes, null);
      persistedChanges = changes;
      untold.set(null);
      return null;
    } catch (IOException | RuntimeException e) {
      return failed(changes, e);
    } catch (Error e) {
      failed(changes, e);
      throw e;
    }
  }

  private Failure failed(long changes, Throwable cause) {
    if (!(cause instanceof IOException) || cause instanceof DiskFiles.PublishException) {
      onDisk = null;
    }
    Failure failure = new Failure(changes, cause);
    Status old = status;
    status =
        new Status(
            old.persists,
            old.failures + 1,
            old.lastNanos,
            old.fileBytes,
            old.writtenBytes,
            failure);
    untold.set(failure);
    return failure;
  }

  /**
   * Tells of the last failure, if nobody was told and it is not over.
   *
   * @throws KvException what failed
   */
  void throwUntold() {
    Failure failure = untold.get();
    if (failure != null && untold.compareAndSet(failure, null)) {
      throw exception(FAILED, failure);
    }
  }

  /** Makes a new exception each time: it is thrown to different threads and operations. */
  private KvException exception(String what, Failure failure) {
    return failure.cause instanceof IOException e
        ? DiskFiles.failure(what, file.path(), e)
        : new KvException(what + ": " + failure.cause, file.path(), failure.cause);
  }

  /** Reads the file back and compares it with what was persisted; no persist runs meanwhile. */
  void verify(KvTask.Progress progress) {
    persisting.lock();
    try {
      DataFormat.Stamp found = file.read((key, value) -> step(progress), edited).stamp();
      if (onDisk != null && !onDisk.equals(found)) {
        progress.problem(
            "the data file was replaced: it is valid, but not what this store persisted last",
            file.path());
      }
    } catch (KvException e) {
      progress.problem(String.valueOf(e.getMessage()), file.path());
    } catch (IOException e) {
      progress.problem("the data file cannot be read: " + e.getMessage(), file.path());
    } finally {
      persisting.unlock();
    }
  }

  private static boolean step(KvTask.Progress progress) {
    progress.advance(0); // ends here if the task was cancelled
    return true;
  }

  /**
   * Persists what there is for the last time, after the persist that may be running. No other one
   * begins, even if this one fails.
   *
   * @throws KvException if that failed
   */
  void close() {
    persisting.lock();
    try {
      Failure failure = closed || dirtyChanges() == 0 ? null : attempt();
      if (failure != null) {
        throw exception(
            "the changes since the last persist are lost: the data file could not be written",
            failure);
      }
    } finally {
      closed = true;
      persisting.unlock();
    }
  }
}
