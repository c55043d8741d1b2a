// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Everything a store does in the background. Its work, one thing at a time, is to write memtables
 * to disk, merge runs and compact segments; what is small and must not wait for that has lanes of
 * its own: to prepare the next segment of the log, to force the full ones, and to note in the log
 * how much of it is durable.
 *
 * <p>Without work nothing is scheduled. What fails shows in the state of the store, is told to the
 * next flush, and is tried again after a pause.
 */
final class Upkeep {
  private static final Duration MARK_PAUSE = Duration.ofSeconds(1);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private final KvExecutor executor;
  private final Path directory;
  private final Work work;
  private final Object pausing = new Object();
  private final ReentrantLock running = new ReentrantLock(true); // work does not overtake tasks
  private final Lane preparing = new Lane();
  private final Lane syncing = new Lane();
  private final Lane marking = new Lane();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicBoolean retryScheduled = new AtomicBoolean();
  private final AtomicInteger urgent = new AtomicInteger(); // raised while pausing

  private volatile boolean closed;
  private volatile @Nullable KvException problem;
  private volatile boolean told = true;

  /** What is done in the background; the work looks for itself what there is to do. */
  @FunctionalInterface
  interface Work {
    /** Does the next thing there is to do. */
    void run() throws IOException;
  }

  Upkeep(KvExecutor executor, Path directory, Work work) {
    this.executor = executor;
    this.directory = directory;
    this.work = work;
  }

  /** Has the work run soon, once for all who ask before it begins. */
  void wake() {
    if (!closed && awake.compareAndSet(false, true)) {
      execute(this::run, awake);
    }
  }

  private void execute(Runnable task, AtomicBoolean asked) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      asked.set(false); // the executor is shutting down: the next opening does it
    } catch (OutOfMemoryError e) {
      asked.set(false); // perhaps of threads; who asks next may have one
      failed(e);
    }
  }

  private void run() {
    running.lock();
    try {
      awake.set(false);
      if (!closed) {
        work.run();
        problem = null;
      }
    } catch (IOException | RuntimeException | OutOfMemoryError | InternalError e) {
      failed(e); // by an InternalError the JVM may tell late of a mapped page
    } finally {
      running.unlock();
    }
  }

  private void failed(Throwable cause) {
    String what = "background work failed";
    problem =
        cause instanceof KvException known
            ? known
            : cause instanceof IOException e
                ? DiskFiles.failure(what, directory, e)
                : new KvException(what + ": " + cause, directory, cause);
    told = false;
    wakeLater();
  }

  /** Has the work run after a pause. */
  void wakeLater() {
    if (!closed && retryScheduled.compareAndSet(false, true)) {
      schedule(
          () -> {
            retryScheduled.set(false);
            wake();
          },
          RETRY_PAUSE,
          retryScheduled);
    }
  }

  /** Has the next segment prepared soon, once for all who ask before; it does not wait for work. */
  void prepareSoon(Work prepare) {
    preparing.soon(prepare);
  }

  /** Has something made durable soon, once for all who ask before; it does not wait for work. */
  void syncSoon(Work sync) {
    syncing.soon(sync);
  }

  /** Has the log marked in a while, once for all who ask before; it does not wait for work. */
  void markSoon(Work mark) {
    marking.later(mark);
  }

  /** Something small that goes on beside the work, which may take long. */
  private final class Lane {
    private final ReentrantLock running = new ReentrantLock();
    private final AtomicBoolean asked = new AtomicBoolean();

    void soon(Work task) {
      if (!closed && asked.compareAndSet(false, true)) {
        execute(() -> run(task), asked);
      }
    }

    void later(Work task) {
      if (!closed && asked.compareAndSet(false, true)) {
        schedule(() -> run(task), MARK_PAUSE, asked);
      }
    }

    private void run(Work task) {
      asked.set(false);
      running.lock();
      try {
        if (!closed) {
          task.run();
        }
      } catch (IOException | RuntimeException | OutOfMemoryError | InternalError e) {
        failed(e); // work that succeeds tells that all is well again
      } finally {
        running.unlock();
      }
    }
  }

  private void schedule(Runnable task, Duration pause, AtomicBoolean asked) {
    try {
      executor.schedule(task, pause);
    } catch (RejectedExecutionException e) {
      // The executor is shutting down: the next opening does it.
    } catch (OutOfMemoryError e) {
      asked.set(false); // who asks next may have the memory
    }
  }

  /** Runs something that must not run beside the work, as a part of it. */
  void exclusively(Work work) throws IOException {
    running.lock();
    try {
      work.run();
    } finally {
      running.unlock();
    }
  }

  /**
   * Runs something as {@link #exclusively} does, for which background work that is under way gives
   * way: it may be a long one. What gave way goes on afterwards.
   */
  void urgently(Work work) throws IOException {
    synchronized (pausing) {
      urgent.incrementAndGet();
      pausing.notifyAll();
    }
    try {
      exclusively(work);
    } finally {
      urgent.decrementAndGet();
      wake();
    }
  }

  /** Tells whether background work should end soon, finished or not. */
  boolean isToGiveWay() {
    return closed || urgent.get() > 0;
  }

  boolean isClosed() {
    return closed;
  }

  /** Returns what failed last, if nothing succeeded since. */
  @Nullable KvException problem() {
    return problem;
  }

  /** Throws what failed last, once. */
  void throwUntold() {
    KvException cause = problem;
    if (cause != null && !told) {
      told = true;
      throw new KvException(
          "what was written is safe, but the background work of the store failed: "
              + cause.getMessage(),
          cause.path().orElse(null),
          cause);
    }
  }

  /** Waits so long, or until work is {@linkplain #isToGiveWay to give way}. */
  void pause(long nanos) {
    boolean interrupted = false;
    synchronized (pausing) {
      long end = System.nanoTime() + nanos;
      long left = nanos;
      while (!isToGiveWay() && left > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(pausing, left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = end - System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets nothing more begin, and waits for what is under way, which is asked to end. */
  void close() {
    synchronized (pausing) {
      closed = true;
      pausing.notifyAll();
    }
    for (ReentrantLock lane :
        List.of(running, preparing.running, syncing.running, marking.running)) {
      lane.lock();
      try {
        retryScheduled.set(true); // nothing more is to be scheduled
      } finally {
        lane.unlock();
      }
    }
  }
}
