// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Persists changes a while after they were made: while there are some, one turn is scheduled or
 * running, else none.
 *
 * <p>The pause before a turn makes changes wait no longer than the interval, the persist included.
 * It is stretched to nine times the last persist, so that persisting takes a tenth of the time at
 * most, and doubled after each turn that failed; but never beyond ten seconds.
 *
 * <p>A writer makes its change before it looks whether a turn is to come, and a turn says that it
 * is over before it looks for changes, so one of the two sees the other.
 */
final class Janitor {
  private static final long MAX_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int PAUSE_PER_PERSIST = 9;
  private static final int MAX_DOUBLINGS = 20;

  private final KvExecutor executor;
  private final Persister persister;
  private final long intervalNanos;

  /** Whether a turn is scheduled or running; written under the lock of this. */
  private volatile boolean armed;

  /** How many turns failed in a row; written under the lock of this. */
  private volatile int failedTurns;

  // Guarded by this.
  private @Nullable Turn next;
  private boolean closed;

  Janitor(KvExecutor executor, Persister persister, Duration interval) {
    this.executor = executor;
    this.persister = persister;
    this.intervalNanos = interval.toNanos();
  }

  /** Is called after each change. */
  void wake() {
    if (!armed) {
      review();
    }
  }

  /** Is called after someone else persisted, or failed to: schedules a turn, or drops it. */
  synchronized void review() {
    if (next != null && persister.dirtyChanges() == 0) {
      next.cancel();
      next = null;
      armed = false;
    }
    if (!armed && !closed && persister.dirtyChanges() > 0) {
      Turn turn = new Turn();
      turn.scheduled = executor.schedule(turn, Duration.ofNanos(pauseNanos()));
      next = turn;
      armed = true;
    }
  }

  private long pauseNanos() {
    long persistNanos = persister.status().lastNanos();
    long pause = Math.max(intervalNanos - 2 * persistNanos, PAUSE_PER_PERSIST * persistNanos);
    int doublings = Math.min(failedTurns, MAX_DOUBLINGS);
    return Math.min(MAX_PAUSE_NANOS, Math.min(MAX_PAUSE_NANOS, pause) << doublings);
  }

  /**
   * Returns how long a change may be in memory only, as things are: it may just miss a persist, and
   * then waits for its end, the pause, and the next one.
   */
  long windowNanos() {
    return pauseNanos() + 2 * persister.status().lastNanos();
  }

  /** Begins no more turns; one that runs goes on. */
  synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel();
      next = null;
    }
  }

  /** One persist in the background. */
  private final class Turn implements Runnable {
    KvExecutor.@Nullable Scheduled scheduled; // guarded by the janitor

    void cancel() {
      if (scheduled != null) {
        scheduled.cancel();
      }
    }

    @Override
    public void run() {
      if (begin()) {
        boolean succeeded = false;
        try {
          succeeded = persister.persistInBackground();
        } finally {
          end(succeeded);
        }
      }
    }

    /** A turn that was dropped may come all the same. */
    private boolean begin() {
      synchronized (Janitor.this) {
        boolean wanted = next == this;
        next = wanted ? null : next;
        return wanted;
      }
    }

    private void end(boolean succeeded) {
      synchronized (Janitor.this) {
        failedTurns = succeeded ? 0 : failedTurns + 1;
        armed = false;
        review();
      }
    }
  }
}
