// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Where background work runs. Handed in from outside, so that tests can run every schedule by hand.
 */
public interface KvExecutor extends Executor {

  /** Runs a task once after a delay, on a thread where it may block. */
  Scheduled schedule(Runnable task, Duration delay);

  /** Returns the monotonic time, as {@link System#nanoTime()}, that delays are measured by. */
  long nanoTime();

  /** A task that waits for its time. */
  interface Scheduled {
    /** Drops the task unless it has begun. */
    void cancel();
  }
}
