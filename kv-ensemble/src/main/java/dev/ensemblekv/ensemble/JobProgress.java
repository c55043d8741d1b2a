// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.util.Optional;

/** How far a job has come, and how long it may yet take at its pace so far. Thread-safe. */
final class JobProgress {
  private final KvExecutor executor;
  private volatile long startNanos;
  private volatile long total;
  private volatile long done;

  JobProgress(KvExecutor executor) {
    this.executor = executor;
  }

  /** Begins to count towards a number of units. */
  void begin(long total) {
    this.startNanos = executor.nanoTime();
    this.done = 0;
    this.total = Math.max(1, total);
  }

  /** Counts a unit; called by one thread at a time. */
  void advance() {
    long next = done + 1;
    done = next;
  }

  /** Counts all units up to a part of the total, from 0 to 1; called by one thread at a time. */
  void reach(double fraction) {
    done = (long) (total * fraction);
  }

  double fraction() {
    long all = total;
    return all == 0 ? 0 : Math.min(1.0, (double) done / all);
  }

  Optional<Duration> remaining() {
    double fraction = fraction();
    if (fraction <= 0) {
      return Optional.empty();
    }
    double elapsed = executor.nanoTime() - startNanos;
    return Optional.of(Duration.ofNanos((long) (elapsed / fraction * (1 - fraction))));
  }
}
