// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Background work that runs when the test says so, on the test's thread, under a time that only the
 * test moves: every schedule can be run again.
 *
 * <p>Tasks are ready in the order in which they came, or in an order drawn from a seed. What a task
 * throws reaches the test. Thread-safe, as far as being handed tasks goes.
 */
public final class ManualExecutor implements KvExecutor {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final @Nullable SplittableRandom random;

  // All guarded by this.
  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(
          Comparator.<Waiting>comparingLong(task -> task.dueNanos)
              .thenComparingLong(task -> task.number));
  private long nowNanos;
  private long scheduled;
  private boolean refusing;

  /** A task that waits for its time. */
  private final class Waiting implements Scheduled, Runnable {
    final Runnable task;
    final long dueNanos;
    final long number;

    Waiting(Runnable task, long dueNanos, long number) {
      this.task = task;
      this.dueNanos = dueNanos;
      this.number = number;
    }

    @Override
    public void run() {
      task.run();
    }

    @Override
    public void cancel() {
      synchronized (ManualExecutor.this) {
        waiting.remove(this);
        ready.remove(this);
      }
    }
  }

  private ManualExecutor(@Nullable SplittableRandom random) {
    this.random = random;
  }

  /** Creates an executor that runs tasks in the order in which they came. */
  public ManualExecutor() {
    this(null);
  }

  /** Creates an executor that picks the next task at random. */
  public static ManualExecutor shuffled(long seed) {
    return new ManualExecutor(new SplittableRandom(seed));
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (refusing) {
      throw new RejectedExecutionException("no more tasks are taken");
    }
    ready.add(task);
  }

  @Override
  public synchronized Scheduled schedule(Runnable task, Duration delay) {
    Waiting entry = new Waiting(task, nowNanos + Math.max(0, delay.toNanos()), scheduled++);
    waiting.add(entry);
    return entry;
  }

  @Override
  public synchronized long nanoTime() {
    return nowNanos;
  }

  /** Returns a wall clock that goes with this time. */
  public Clock clock() {
    InstantSource source = () -> START.plusNanos(nanoTime());
    return source.withZone(ZoneOffset.UTC);
  }

  /** Makes every further task be refused, as by an executor that is shutting down. */
  public synchronized void refuse() {
    refusing = true;
  }

  /** Returns how many tasks could run now. */
  public synchronized int readyCount() {
    makeDueReady();
    return ready.size();
  }

  /** Returns how many tasks wait for their time. */
  public synchronized int waitingCount() {
    makeDueReady();
    return waiting.size();
  }

  /** Runs one task that is ready; returns whether there was one. */
  public boolean runNext() {
    Runnable task;
    synchronized (this) {
      makeDueReady();
      if (ready.isEmpty()) {
        return false;
      }
      task = ready.remove(random == null ? 0 : random.nextInt(ready.size()));
    }
    task.run();
    return true;
  }

  /** Runs tasks until none is ready, those that they start included; returns how many ran. */
  public int runAll() {
    int ran = 0;
    while (runNext()) {
      ran++;
    }
    return ran;
  }

  /**
   * Moves the time on, and runs each task that comes due on the way at its own time, those that are
   * ready before them; returns how many ran.
   */
  public int advance(Duration duration) {
    long end = nanoTime() + duration.toNanos();
    int ran = runAll();
    while (moveToNextDue(end)) {
      ran += runAll();
    }
    return ran;
  }

  /** Moves the time to when the next task is due, or to the end; returns whether one is due. */
  private synchronized boolean moveToNextDue(long endNanos) {
    Waiting next = waiting.peek();
    boolean due = next != null && next.dueNanos <= endNanos;
    nowNanos = Math.max(nowNanos, next != null && due ? next.dueNanos : endNanos);
    return due;
  }

  private void makeDueReady() {
    for (Waiting next = waiting.peek();
        next != null && next.dueNanos <= nowNanos;
        next = waiting.peek()) {
      waiting.remove();
      ready.add(next);
    }
  }
}
