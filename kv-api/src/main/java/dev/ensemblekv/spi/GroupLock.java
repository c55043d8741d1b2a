// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock whose holder works for those who wait for it: all whose goal is reached go on at once when
 * it is released, rather than taking it one after the other to find nothing left to do. That is how
 * threads share the waits for a medium (group commit):
 *
 * <pre>{@code
 * private volatile long durable;
 * private final GroupLock forcing = new GroupLock(() -> durable);
 *
 * void force(long number) throws IOException {
 *   if (forcing.lockUnlessReached(number)) {
 *     try {
 *       long last = lastWritten();
 *       file.force();
 *       durable = last;
 *     } finally {
 *       forcing.unlock();
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe, not reentrant, not fair. An interrupt of who waits disturbs nothing and stays
 * set.
 */
public final class GroupLock {

  /** What one who waits is told. */
  private enum Call {
    NONE,
    /** The goal is reached. */
    REACHED,
    /** The lock is free: take it, or pass the call on. */
    NEXT
  }

  private static final class Waiter {
    final Thread thread = Thread.currentThread();
    final long goal;
    volatile Call call = Call.NONE;

    /** The next one of those that are to be told that their goal is reached. */
    @Nullable Waiter nextDone;

    Waiter(long goal) {
      this.goal = goal;
    }

    void call(Call told) {
      call = told;
      LockSupport.unpark(thread);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final LongSupplier reached;

  /**
   * Creates a lock that is free.
   *
   * @param reached tells up to where goals are reached, which goes up only, under the lock
   */
  public GroupLock(LongSupplier reached) {
    this.reached = reached;
  }

  /** Waits for the lock. */
  public void lock() {
    lockUnlessReached(Long.MAX_VALUE);
  }

  /**
   * Waits until a goal is reached or the lock is held.
   *
   * @return whether it is held, to be released by {@link #unlock}, as the goal is not reached; if
   *     not, it is
   */
  public boolean lockUnlessReached(long goal) {
    if (!await(goal)) {
      return false;
    }
    if (reached.getAsLong() < goal) {
      return true;
    }
    unlock(); // who held it when the goal was looked at has reached it since
    return false;
  }

  /** Waits; returns whether the lock is held, which it may be with the goal reached. */
  private boolean await(long goal) {
    boolean interrupted = false;
    try {
      Call call = Call.NONE;
      while (reached.getAsLong() < goal) {
        if (lock.tryLock()) {
          return true;
        }
        Waiter self = new Waiter(goal);
        waiters.add(self);
        if (lock.tryLock()) { // it was released before anybody could see who waits
          waiters.remove(self);
          return true;
        }
        while (self.call == Call.NONE) {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
        call = self.call;
      }
      if (call == Call.NEXT) {
        callNext();
      }
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Releases the lock, and lets those go on whose goal is reached. */
  public void unlock() {
    Waiter done = null;
    try {
      done = takeDone();
    } finally { // or all would wait for ever
      lock.unlock();
      callNext(); // before the others, who have nothing to do that anybody waits for
    }
    while (done != null) {
      Waiter told = done;
      done = told.nextDone;
      told.call(Call.REACHED);
    }
  }

  /** Takes those whose goal is reached out of the queue; returns the first of them. */
  private @Nullable Waiter takeDone() {
    Waiter done = null;
    long now = reached.getAsLong();
    for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
      Waiter waiter = all.next();
      if (waiter.goal <= now) {
        all.remove();
        waiter.nextDone = done;
        done = waiter;
      }
    }
    return done;
  }

  private void callNext() {
    Waiter next = waiters.poll();
    if (next != null) {
      next.call(Call.NEXT);
    }
  }
}
