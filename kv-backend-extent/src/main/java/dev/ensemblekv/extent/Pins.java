// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps files open while somebody may be reading them, without a lock for readers.
 *
 * <p>A reader enters before it looks at the index and leaves when it is done with what it found
 * there. What is taken out of the index is retired, and disposed of when all who entered before
 * have left. Readers are counted by the parity of an epoch, which is moved on when something was
 * retired and nobody of the epoch before is left; a reader that counts itself late for an old
 * parity holds things up, but has not seen what was retired.
 */
final class Pins {
  private static final int STRIPES = 16;
  private static final int PADDING = 16;
  private static final long MOMENT_NANOS = 100_000;
  private static final long MOST_NANOS = 20 * MOMENT_NANOS;

  private final AtomicLongArray readers = new AtomicLongArray(STRIPES * PADDING * 2);
  private volatile int epoch;

  // Guarded by this.
  private final Deque<Runnable> retired = new ArrayDeque<>();
  private List<Runnable> leaving = new ArrayList<>();

  /** Enters; returns what to leave with, on the same thread. */
  int enter() {
    int stripe = (int) (Thread.currentThread().getId() % STRIPES);
    int slot = (stripe * 2 + (epoch & 1)) * PADDING;
    readers.getAndIncrement(slot);
    return slot;
  }

  void leave(int slot) {
    readers.getAndDecrement(slot);
  }

  /** Leaves, and disposes of what could not be while somebody was there for long. */
  void leaveAfterLong(int slot) {
    leave(slot);
    disposeOfWhatCanBe();
  }

  /** Disposes of something that no one can find any more, when nobody can be reading it. */
  void retire(Runnable disposal) {
    synchronized (this) {
      retired.add(disposal);
    }
    disposeOfWhatCanBe();
  }

  /**
   * Does what {@link #retire} does, and gives those who are reading a moment to leave, so that it
   * is done at its return unless somebody reads for long. What others have retired may be disposed
   * of here, too: nothing for a thread for which somebody waits.
   */
  void retireSoon(Runnable disposal) {
    AtomicBoolean done = new AtomicBoolean();
    retire(
        () -> {
          disposal.run();
          done.set(true);
        });
    long begun = System.nanoTime();
    while (!done.get() && System.nanoTime() - begun < MOST_NANOS) {
      LockSupport.parkNanos(MOMENT_NANOS);
      disposeOfWhatCanBe();
    }
  }

  /** Disposes of what nobody is reading any more; returns whether something is left. */
  boolean disposeOfWhatCanBe() {
    List<Runnable> ready = new ArrayList<>();
    boolean left;
    synchronized (this) {
      boolean moved = true;
      while (moved) {
        moved = false;
        if (!leaving.isEmpty() && isEmpty(1 - (epoch & 1))) {
          ready.addAll(leaving);
          leaving = new ArrayList<>();
        }
        if (leaving.isEmpty() && !retired.isEmpty() && isEmpty(1 - (epoch & 1))) {
          leaving.addAll(retired);
          retired.clear();
          epoch++;
          moved = true;
        }
      }
      left = !leaving.isEmpty() || !retired.isEmpty();
    }
    ready.forEach(Runnable::run);
    return left;
  }

  private boolean isEmpty(int parity) {
    long sum = 0;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      sum += readers.get((stripe * 2 + parity) * PADDING);
    }
    return sum == 0;
  }
}
