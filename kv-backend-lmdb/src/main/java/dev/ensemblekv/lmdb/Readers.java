// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreClosedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pool of {@link Reader readers}, and the gate that keeps them out while the map is changed.
 *
 * <p>A read takes an idle reader by one atomic step, looking first where its thread looked before;
 * it takes no lock and allocates nothing. It then looks whether the gate is shut, and who shuts the
 * gate looks at the readers after that, so one of the two sees the other. A read that finds it shut
 * waits, unless its thread holds a reader already: whoever waits for that one can wait for both.
 */
final class Readers {
  /** The most readers at a time. */
  static final int MAX = 2048;

  private static final int FIRST_CHOICES =
      Math.min(MAX, Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4 - 1) << 1);

  private final Database database;
  private final Failures failures;
  private final AtomicReferenceArray<@Nullable Reader> readers = new AtomicReferenceArray<>(MAX);

  /** Changes what follows, and lets pass who finds the gate shut. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition opened = lock.newCondition();
  private final Condition ended = lock.newCondition();
  private volatile boolean shut;
  private volatile Runnable beforeShutting = () -> {};
  private boolean closed; // guarded by lock

  Readers(Database database, Failures failures) {
    this.database = database;
    this.failures = failures;
  }

  /**
   * Takes a reader that shows the store as it is now.
   *
   * @throws StoreClosedException if the store is closed
   */
  Reader begin() {
    Reader reader = take();
    while (shut) {
      free(reader);
      Reader admitted = awaitOpen();
      if (admitted != null) {
        reader = admitted;
        break;
      }
      reader = take();
    }
    return begun(reader);
  }

  /** Takes a reader as {@link #begin}, but none where that would have to wait. */
  @Nullable Reader tryBegin() {
    Reader reader = take();
    if (shut) {
      free(reader);
      return null;
    }
    return begun(reader);
  }

  private Reader begun(Reader reader) {
    try {
      reader.begin(database);
      return reader;
    } catch (RuntimeException e) {
      free(reader);
      throw failures.translate("the store cannot be read", e);
    }
  }

  /** Gives back a reader. */
  void end(Reader reader) {
    try {
      reader.end();
    } finally {
      tellWhoWaits();
    }
  }

  private void free(Reader reader) {
    reader.free();
    tellWhoWaits();
  }

  private void tellWhoWaits() {
    if (shut) {
      poke();
    }
  }

  /** Makes who waits for readers to end look again. */
  void poke() {
    lock.lock();
    try {
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether somebody waits for readers to end. */
  boolean isShut() {
    return shut;
  }

  private Reader take() {
    int first = (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> 40);
    for (int i = 0; i < MAX; i++) {
      // the first choices in an order of the thread's own, then all others
      int index = i < FIRST_CHOICES ? (first + i) & (FIRST_CHOICES - 1) : i;
      Reader reader = readers.get(index);
      if (reader == null) {
        reader = new Reader();
        if (!readers.compareAndSet(index, null, reader)) {
          reader = readers.get(index);
        }
      }
      if (reader != null && reader.tryTake()) {
        return reader;
      }
    }
    throw new KvException(
        "all " + MAX + " readers are in use; close scans that are no longer needed",
        failures.file(),
        null);
  }

  /**
   * Waits until the gate is open.
   *
   * @return a reader, if the thread holds one already and so need not wait
   */
  private @Nullable Reader awaitOpen() {
    lock.lock();
    try {
      while (shut) {
        if (closed) {
          throw new StoreClosedException();
        }
        if (isHolder(Thread.currentThread())) {
          return take();
        }
        opened.awaitUninterruptibly();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private boolean isHolder(Thread thread) {
    boolean[] found = new boolean[1];
    forEachTaken(reader -> found[0] |= reader.holder() == thread);
    return found[0];
  }

  /** Sets what reads for the last time before others are kept from it. */
  void beforeShutting(Runnable action) {
    beforeShutting = action;
  }

  /** Shows all readers that are in use, as far as they stay so. */
  void forEachTaken(Consumer<Reader> action) {
    for (int i = 0; i < MAX; i++) {
      Reader reader = readers.get(i);
      if (reader != null && reader.isTaken()) {
        action.accept(reader);
      }
    }
  }

  /** Returns how long the oldest scan, or other reader that runs code of the user, is open. */
  long oldestNanos() {
    long now = System.nanoTime();
    long[] oldest = new long[1];
    forEachTaken(
        reader -> {
          if (reader.holder() != null) {
            oldest[0] = Math.max(oldest[0], now - reader.since());
          }
        });
    return oldest[0];
  }

  /**
   * Runs something while nobody reads, nobody begins to, and there is no transaction.
   *
   * @param waitNanos how long to wait for readers to end
   * @param holders told the thread of each reader that is waited for and has one; what it throws
   *     ends the waiting
   * @return whether it ran; else there are still readers
   */
  boolean exclusively(long waitNanos, Consumer<Thread> holders, Runnable action) {
    beforeShutting.run();
    boolean interrupted = false;
    lock.lock();
    try {
      shut = true;
      long deadline = System.nanoTime() + waitNanos;
      while (!closed && isAnyTaken(holders)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          ended.await(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true; // the write goes on; the status is set again below
        }
      }
      if (closed) {
        throw new StoreClosedException();
      }
      discardAll();
      action.run();
      return true;
    } finally {
      shut = closed;
      opened.signalAll();
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean isAnyTaken(Consumer<Thread> holders) {
    boolean[] taken = new boolean[1];
    forEachTaken(
        reader -> {
          taken[0] = true;
          Thread holder = reader.holder();
          if (holder != null) {
            holders.accept(holder);
          }
        });
    return taken[0];
  }

  /** Releases all transactions, while alone. */
  private void discardAll() {
    for (int i = 0; i < MAX; i++) {
      Reader reader = readers.get(i);
      if (reader != null) {
        reader.discard();
      }
    }
  }

  /**
   * Lets nobody in any more, ends the scans, waits for all others, and runs something.
   *
   * @param writersEnd waits for who writes, and may wait for readers
   * @param last run when there is no transaction any more
   * @return whether it was done; else it was done before
   */
  boolean close(Runnable writersEnd, Runnable last) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      shut = true;
      closed = true;
      opened.signalAll();
      ended.signalAll();
    } finally {
      lock.unlock();
    }
    forEachTaken(
        reader -> {
          Scan scan = reader.scan();
          if (scan != null) {
            scan.closeByStore();
          }
        });
    writersEnd.run();
    lock.lock();
    try {
      while (isAnyTaken(holder -> {})) {
        ended.awaitUninterruptibly();
      }
      discardAll();
      last.run();
      return true;
    } finally {
      lock.unlock();
    }
  }
}
