// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The same thing done with many items at once, by the caller and a few helpers on an executor.
 *
 * <p>The caller takes items like every helper. So it comes to its end with an executor whose
 * threads are all busy, that takes no tasks, or that runs them only when a test says so; then the
 * items are worked on in their order. A helper that comes too late finds nothing to do.
 */
final class Parallel<T> implements Runnable {
  /** The medium is waited for more than the processors, so this is not their number. */
  static final int MAX_THREADS = 8;

  private final List<T> items;
  private final Consumer<? super T> action;
  private final AtomicInteger taken = new AtomicInteger();
  private final @Nullable Throwable[] failures; // each written once, before its item is counted
  private final CountDownLatch undone;

  private Parallel(List<T> items, Consumer<? super T> action) {
    this.items = items;
    this.action = action;
    this.failures = new Throwable[items.size()];
    this.undone = new CountDownLatch(items.size());
  }

  /**
   * Does something with every item, even if it fails with some; returns when it has been done with
   * all. An interrupt does not end it, and stays set.
   *
   * @return what was thrown, in the order of the items
   */
  static <T> List<Throwable> forEach(Executor executor, List<T> items, Consumer<? super T> action) {
    Parallel<T> work = new Parallel<>(items, action);
    work.callHelpers(executor, Math.min(items.size(), MAX_THREADS) - 1);
    work.run();
    work.awaitHelpers();
    return work.failures();
  }

  /** Where there is no thread to be had, the caller does it alone. */
  private void callHelpers(Executor executor, int count) {
    try {
      for (int i = 0; i < count; i++) {
        executor.execute(this);
      }
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // what has been taken on so far helps
    }
  }

  @Override
  public void run() {
    for (int i = taken.getAndIncrement(); i < items.size(); i = taken.getAndIncrement()) {
      try {
        action.accept(items.get(i));
      } catch (RuntimeException | Error e) {
        failures[i] = e;
      } finally {
        undone.countDown();
      }
    }
  }

  private void awaitHelpers() {
    boolean interrupted = false;
    while (undone.getCount() != 0) {
      try {
        undone.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Throwable> failures() {
    List<Throwable> found = new ArrayList<>();
    for (Throwable failure : failures) {
      if (failure != null) {
        found.add(failure);
      }
    }
    return found;
  }

  /** Throws the first failure, if there is one, with the others added to it. */
  static void throwFirst(List<Throwable> failures) {
    if (failures.isEmpty()) {
      return;
    }
    Throwable first = failures.get(0);
    for (Throwable other : failures) {
      if (other != first) {
        first.addSuppressed(other);
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) first;
  }
}
