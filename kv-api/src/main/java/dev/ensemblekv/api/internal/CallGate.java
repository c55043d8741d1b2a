// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.StoreClosedException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in while a store is open, and lets its closer wait until the last one has left.
 *
 * <p>Each call counts up and down one of several counters that lie on cache lines of their own, so
 * calls of different threads do not slow each other down. A call counts itself before it looks
 * whether the gate is shut, and the closer shuts it before it looks at the counters, so one of the
 * two sees the other.
 */
final class CallGate {
  private static final int STRIPES =
      Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4 - 1) << 1;
  private static final int SPACING = 32; // ints, two cache lines

  private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * SPACING);
  private volatile boolean shut;
  private volatile @Nullable Thread closer;

  /**
   * Enters.
   *
   * @return a ticket for {@link #leave}
   * @throws StoreClosedException if the gate is shut
   */
  int enter() {
    int ticket = tryEnter();
    if (ticket < 0) {
      throw new StoreClosedException();
    }
    return ticket;
  }

  /** Enters, if the gate is not shut; else returns a negative number. */
  int tryEnter() {
    long id = Thread.currentThread().getId();
    int ticket = ((int) (id ^ (id >>> 16)) & (STRIPES - 1)) * SPACING;
    inside.getAndIncrement(ticket);
    if (shut) {
      leave(ticket);
      return -1;
    }
    return ticket;
  }

  /** Leaves; the same thread or another. */
  void leave(int ticket) {
    inside.getAndDecrement(ticket);
    if (shut) {
      LockSupport.unpark(closer);
    }
  }

  boolean isShut() {
    return shut;
  }

  /** Lets no more calls in. */
  void shut() {
    shut = true;
  }

  /** Waits until all calls have left; an interrupt does not end it and stays set. */
  void awaitEmpty() {
    closer = Thread.currentThread();
    boolean interrupted = false;
    for (int i = 0; i < STRIPES; i++) {
      while (inside.get(i * SPACING) != 0) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
