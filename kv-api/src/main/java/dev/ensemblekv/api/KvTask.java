// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Long work of a store, such as verifying it: started already, to be watched, awaited or cancelled.
 *
 * <p>Thread-safe. Closing the store cancels its tasks.
 */
public final class KvTask {
  private static final int MAX_KEPT_PROBLEMS = 1000;

  /** How a task is. */
  public enum State {
    /** Not at its end yet. */
    RUNNING,
    /** Ended; there is a result. */
    SUCCEEDED,
    /** Ended by an exception, which {@link #result()} throws. */
    FAILED,
    /** Ended because it was asked to. */
    CANCELLED
  }

  /**
   * Something wrong that a task found and went on after.
   *
   * @param message what is wrong
   * @param path the file concerned, if one is
   */
  public record Problem(String message, @Nullable Path path) {}

  /**
   * What a task did.
   *
   * @param items how many things it went through; the unit is the task's
   * @param problemCount how many problems it found
   * @param problems the first thousand of them
   */
  public record Result(long items, long problemCount, List<Problem> problems) {}

  /** The work of a task. */
  @FunctionalInterface
  public interface Body {
    /**
     * Does the work, telling its progress.
     *
     * @throws CancellationException from {@link Progress#advance}, to be let through
     */
    void run(Progress progress);
  }

  private final String operation;
  private final String unit;
  private final Progress progress = new Progress();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Whether the body has begun, or never will. */
  private final AtomicBoolean begun = new AtomicBoolean();

  private final List<Consumer<KvTask>> listeners = new ArrayList<>(); // guards itself and the end
  private volatile State state = State.RUNNING;
  private volatile @Nullable Throwable failure;

  private KvTask(String operation, String unit) {
    this.operation = operation;
    this.unit = unit;
  }

  /**
   * Starts a task on an executor; one that refuses it makes it fail.
   *
   * @param operation what it does, such as {@code verify}
   * @param unit what its progress counts, such as {@code keys}
   */
  public static KvTask start(Executor executor, String operation, String unit, Body body) {
    Objects.requireNonNull(body, "body");
    KvTask task = new KvTask(operation, unit);
    try {
      executor.execute(() -> task.run(body));
    } catch (RuntimeException e) {
      task.end(State.FAILED, e);
    }
    return task;
  }

  private void run(Body body) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    try {
      body.run(progress);
      end(State.SUCCEEDED, null);
    } catch (CancellationException e) {
      end(State.CANCELLED, e);
    } catch (RuntimeException | Error e) {
      end(State.FAILED, e);
    }
  }

  private void end(State state, @Nullable Throwable failure) {
    List<Consumer<KvTask>> told;
    synchronized (listeners) {
      this.failure = failure;
      this.state = state;
      told = List.copyOf(listeners);
      listeners.clear();
    }
    told.forEach(listener -> listener.accept(this));
    ended.countDown();
  }

  /**
   * Calls a listener once the task is at its end, on the thread that ends it, before those who wait
   * for the end go on; at once if it has ended. The listener must not throw.
   */
  public void whenEnded(Consumer<KvTask> listener) {
    synchronized (listeners) {
      if (state == State.RUNNING) {
        listeners.add(listener);
        return;
      }
    }
    listener.accept(this);
  }

  /** Returns why it failed or was cancelled, if it has. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Returns the problems that it found so far, the first thousand of them. */
  public List<Problem> problems() {
    return progress.result().problems();
  }

  /** Returns what the task does. */
  public String operation() {
    return operation;
  }

  /** Returns what its progress counts. */
  public String unit() {
    return unit;
  }

  /** Returns how it is. */
  public State state() {
    return state;
  }

  /** Returns how many units are done. */
  public long done() {
    return progress.done.get();
  }

  /** Returns how many units there are, exactly or at most, if known. */
  public OptionalLong total() {
    long total = progress.total;
    return total < 0 ? OptionalLong.empty() : OptionalLong.of(total);
  }

  /** Returns how many problems were found so far. */
  public long problemCount() {
    return progress.problemCount();
  }

  /**
   * Asks the task to end at its next step; it may end otherwise before. One that waits for a thread
   * ends at once.
   */
  public void cancel() {
    progress.cancelled = true;
    if (begun.compareAndSet(false, true)) {
      end(State.CANCELLED, new CancellationException("the task was cancelled before it began"));
    }
  }

  /**
   * Waits for the end.
   *
   * @return whether it came within the time
   * @throws KvInterruptedException if the thread is interrupted; the task goes on
   */
  public boolean await(Duration timeout) {
    try {
      return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KvInterruptedException("interrupted while waiting for " + operation);
    }
  }

  /** Waits for the end, whatever interrupts come; the interrupt status is set again afterwards. */
  public void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the end and returns what was done.
   *
   * @throws CancellationException if it was cancelled
   * @throws KvInterruptedException if the thread is interrupted; the task goes on
   * @throws KvException what made it fail
   */
  public Result result() {
    boolean atEnd = await(Duration.ofNanos(Long.MAX_VALUE));
    assert atEnd;
    Throwable thrown = failure;
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    return progress.result();
  }

  @Override
  public String toString() {
    return operation + " " + state + ", " + done() + " " + unit;
  }

  /** What a task tells about itself while it runs. Thread-safe. */
  public static final class Progress {
    private final AtomicLong done = new AtomicLong();
    private final List<Problem> problems = new ArrayList<>();
    private long problemCount;
    private volatile long total = -1;
    private volatile boolean cancelled;

    private Progress() {}

    /** Tells how many units there are to do in all, exactly or at most. */
    public void total(long units) {
      total = units;
    }

    /**
     * Tells that units were done.
     *
     * @throws CancellationException if the task is to end
     */
    public void advance(long units) {
      done.addAndGet(units);
      if (cancelled) {
        throw new CancellationException("the task was cancelled");
      }
    }

    /** Tells of something wrong. */
    public synchronized void problem(String message, @Nullable Path path) {
      problemCount++;
      if (problems.size() < MAX_KEPT_PROBLEMS) {
        problems.add(new Problem(message, path));
      }
    }

    private synchronized long problemCount() {
      return problemCount;
    }

    private synchronized Result result() {
      return new Result(done.get(), problemCount, List.copyOf(problems));
    }
  }
}
