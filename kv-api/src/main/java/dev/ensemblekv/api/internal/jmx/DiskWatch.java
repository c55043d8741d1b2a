// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.spi.KvDirectories;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import dev.ensemblekv.spi.KvExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every {@link #PERIOD} how much space the disk of each directory of a store has left, and
 * tells once when it is little: less than {@link #LEAST_BYTES}, or than a twentieth of what the
 * store takes in that directory. It is told again only after there was a quarter more than that.
 * Runs from {@link #start} to {@link #close}. Thread-safe.
 */
final class DiskWatch implements AutoCloseable {
  static final Duration PERIOD = Duration.ofSeconds(10);
  static final long LEAST_BYTES = 256L << 20;
  private static final int SHARE = 20;
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  private final StoreFacts facts;
  private final KvDirectories directories;
  private final KvEvents events;

  // Guarded by this.
  private final Set<Path> low = new HashSet<>();
  private boolean started;
  private boolean closed;
  private KvExecutor.@Nullable Scheduled next;

  /**
   * Creates a watch.
   *
   * @param directories where to look
   */
  DiskWatch(StoreFacts facts, KvDirectories directories, KvEvents events) {
    this.facts = facts;
    this.directories = directories;
    this.events = events;
  }

  /** Begins to look, now and from now on, where there is a disk and nothing has begun. */
  synchronized void start() {
    if (!started && facts.directory() != null) {
      started = true;
      schedule(Duration.ZERO);
    }
  }

  private synchronized void schedule(Duration delay) {
    if (!closed) {
      try {
        next = facts.executor().schedule(this::look, delay);
      } catch (RejectedExecutionException e) {
        LOG.debug("the disk of {} is not watched: the executor shuts down", facts.directory(), e);
      }
    }
  }

  private void look() {
    try {
      directories.diskBytes().forEach(this::look);
    } finally {
      schedule(PERIOD);
    }
  }

  private void look(Path directory, long takenBytes) {
    try {
      compare(directory, facts.disk().usableBytes(directory), takenBytes);
    } catch (IOException e) {
      LOG.debug("nobody can tell what the disk of {} has left", directory, e);
    }
  }

  private void compare(Path directory, long freeBytes, long takenBytes) {
    long lowBytes = Math.max(LEAST_BYTES, takenBytes / SHARE);
    if (isNews(directory, freeBytes, lowBytes)) {
      events.emit(
          KvEvent.of(
                  KvEvent.Kind.DISK_LOW,
                  "the disk of "
                      + directory
                      + " has "
                      + freeBytes
                      + " bytes left, less than "
                      + lowBytes
                      + "; free some space before writes are refused")
              .with("path", directory.toString())
              .with("freeBytes", freeBytes)
              .with("lowBytes", lowBytes));
    }
  }

  private synchronized boolean isNews(Path directory, long freeBytes, long lowBytes) {
    if (freeBytes < lowBytes) {
      return low.add(directory) && !closed;
    }
    if (freeBytes >= lowBytes + lowBytes / 4) {
      low.remove(directory);
    }
    return false;
  }

  /** Ends it; nothing is told after that. */
  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel();
    }
  }
}
