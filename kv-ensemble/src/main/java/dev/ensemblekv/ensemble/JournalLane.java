// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.StoreFailedException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The line in which journaled batches are written to the substores, by their numbers. */
final class JournalLane {
  private static final long NEVER = Long.MAX_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private volatile long position; // set under the lock
  private long givenUp = NEVER; // guarded by the lock

  /**
   * Creates a line in which nobody waits.
   *
   * @param position the last number that has passed
   */
  JournalLane(long position) {
    this.position = position;
  }

  /** Returns the last number that has passed. */
  long position() {
    return position;
  }

  /**
   * Waits until a number has passed, whatever interrupts come.
   *
   * @throws StoreFailedException if it never will
   */
  void await(long number) {
    if (position >= number) {
      return;
    }
    lock.lock();
    try {
      while (position < number) {
        if (givenUp <= number) {
          throw new StoreFailedException(
              "a batch before could not be written; reopen the store", null, null);
        }
        moved.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets the next one go. */
  void passed(long number) {
    lock.lock();
    try {
      position = number;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Says that a number will never pass, and so none behind it. */
  void giveUp(long number) {
    lock.lock();
    try {
      givenUp = Math.min(givenUp, number);
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
