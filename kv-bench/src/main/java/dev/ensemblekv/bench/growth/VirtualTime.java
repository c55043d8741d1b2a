// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Background work under a time that passes only by what work is said to take: one thing at a time,
 * whatever is due first. For one thread.
 */
final class VirtualTime implements KvExecutor {
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(
          Comparator.<Due>comparingLong(Due::nanos).thenComparingLong(due -> due.number));
  private long now;
  private long numbered;

  /** A task and when it may begin. */
  private record Due(long nanos, long number, Runnable task) {}

  @Override
  public void execute(Runnable task) {
    queue.add(new Due(now, numbered++, task));
  }

  @Override
  public Scheduled schedule(Runnable task, Duration delay) {
    Due due = new Due(now + Math.max(0, delay.toNanos()), numbered++, task);
    queue.add(due);
    return () -> queue.remove(due);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  /** Lets time pass while a task runs. */
  void spend(double nanos) {
    now += (long) nanos;
  }

  /** Lets time pass until a moment, unless it is later already. */
  void reach(long nanos) {
    now = Math.max(now, nanos);
  }

  /** Tells whether a task is due by then. */
  boolean isDueBy(long nanos) {
    Due next = queue.peek();
    return next != null && next.nanos <= nanos;
  }

  /** Runs the task that is due first. */
  void runNext() {
    Due next = queue.remove();
    reach(next.nanos);
    next.task.run();
  }
}
