// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import dev.ensemblekv.spi.KvExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every {@link #PERIOD} how much space the disk of a store has left, and tells once when it
 * is little: less than {@link #LEAST_BYTES}, or than a twentieth of what the store takes. It is
 * told again only after there was a quarter more than that. Runs from {@link #start} to {@link
 * #close}. Thread-safe.
 */
final class DiskWatch implements AutoCloseable {
  static final Duration PERIOD = Duration.ofSeconds(10);
  static final long LEAST_BYTES = 256L << 20;
  private static final int SHARE = 20;
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  private final StoreFacts facts;
  private final Supplier<KvStats> stats;
  private final KvEvents events;

  // Guarded by this.
  private boolean started;
  private boolean closed;
  private boolean wasLow;
  private KvExecutor.@Nullable Scheduled next;

  DiskWatch(StoreFacts facts, Supplier<KvStats> stats, KvEvents events) {
    this.facts = facts;
    this.stats = stats;
    this.events = events;
  }

  /** Begins to look, now and from now on, where there is a disk and nothing has begun. */
  synchronized void start() {
    Path directory = facts.directory();
    if (!started && directory != null) {
      started = true;
      schedule(directory, Duration.ZERO);
    }
  }

  private synchronized void schedule(Path directory, Duration delay) {
    if (!closed) {
      try {
        next = facts.executor().schedule(() -> look(directory), delay);
      } catch (RejectedExecutionException e) {
        LOG.debug("the disk of {} is not watched: the executor is shutting down", directory, e);
      }
    }
  }

  private void look(Path directory) {
    try {
      compare(directory, facts.disk().usableBytes(directory));
    } catch (IOException e) {
      LOG.debug("nobody can tell what the disk of {} has left", directory, e);
    }
    schedule(directory, PERIOD);
  }

  private void compare(Path directory, long free) {
    long taken = new Figures(stats.get()).whole(KvMetric.DISK_BYTES);
    long low = Math.max(LEAST_BYTES, taken / SHARE);
    if (isNews(free, low)) {
      events.emit(
          KvEvent.of(
                  KvEvent.Kind.DISK_LOW,
                  "the disk has "
                      + free
                      + " bytes left, less than "
                      + low
                      + "; free some space before writes are refused")
              .with("path", directory.toString())
              .with("freeBytes", free)
              .with("lowBytes", low));
    }
  }

  private synchronized boolean isNews(long free, long low) {
    if (free < low) {
      boolean isNews = !wasLow && !closed;
      wasLow = true;
      return isNews;
    }
    wasLow &= free < low + low / 4;
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
