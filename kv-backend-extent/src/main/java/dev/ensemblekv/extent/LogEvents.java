// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvExecutor;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the log has done by others: the {@link Upkeep} wakes, syncs and marks. Thread-safe. */
final class LogEvents implements Log.Events {
  private final Health health;
  private final Upkeep upkeep;
  private final KvExecutor executor;
  private volatile @Nullable Log log;

  /** When writes were last made durable; 0: not since the store was opened. */
  private volatile long forcedNanos;

  LogEvents(Health health, Upkeep upkeep, KvExecutor executor) {
    this.health = health;
    this.upkeep = upkeep;
    this.executor = executor;
  }

  /** Says which log it is; nothing of it is durable before. */
  void of(Log opened) {
    log = opened;
  }

  /** Throws if the store has failed: then the manifest stays as it is, too. */
  Manifest.Position durable() {
    checkNotFailed();
    Log writer = log;
    return writer == null ? Manifest.Position.BEGINNING : writer.durable();
  }

  /** Returns how long ago writes were made durable, in nanoseconds; negative: nobody knows. */
  long nanosSinceForced() {
    long forced = forcedNanos;
    return forced == 0 ? -1 : Math.max(0, executor.nanoTime() - forced);
  }

  @Override
  public void begun() {
    upkeep.wake();
  }

  @Override
  public void nextWanted() {
    upkeep.prepareSoon(this::prepareNext);
  }

  private void prepareNext() throws IOException {
    Log writer = log;
    if (writer != null) {
      writer.prepareNext();
    }
  }

  @Override
  public void frozen() {
    upkeep.wake();
  }

  @Override
  public void rolled() {
    upkeep.syncSoon(this::writeBack);
  }

  /**
   * Keeps what is not durable small, so that neither a flush nor the kernel has much to do at once.
   */
  private void writeBack() {
    Log writer = log;
    if (writer != null && !health.hasFailed()) {
      writer.forceRolled();
    }
  }

  @Override
  public void forced() {
    forcedNanos = executor.nanoTime() | 1; // never 0
    upkeep.markSoon(this::mark);
  }

  private void mark() throws IOException {
    Log writer = log;
    if (writer != null && !health.hasFailed() && writer.isToBeMarked() && writer.isBegun()) {
      writer.mark();
    }
  }

  @Override
  public void checkNotFailed() {
    health.checkNotFailed();
  }

  @Override
  public KvException failed(String what, Path path, Throwable cause) {
    return health.failed(what, path, cause);
  }
}
