// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.StoreClosedException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The gate before native code: calls are counted in and out, and after it was shut nobody gets in.
 * A call into a database that was deleted would end the process.
 */
final class NativeGate {
  /** Added when shut, so that the count is negative from then on. */
  private static final long SHUT = Long.MIN_VALUE / 2;

  private final AtomicLong inside = new AtomicLong();
  private final Object empty = new Object();

  /**
   * Goes in; {@link #leave()} follows.
   *
   * @throws StoreClosedException if the gate is shut
   */
  void enter() {
    if (!tryEnter()) {
      throw new StoreClosedException();
    }
  }

  /** Goes in unless the gate is shut; {@link #leave()} follows if it did. */
  boolean tryEnter() {
    if (inside.incrementAndGet() > 0) {
      return true;
    }
    leave();
    return false;
  }

  void leave() {
    if (inside.decrementAndGet() == SHUT) {
      synchronized (empty) {
        empty.notifyAll();
      }
    }
  }

  /** Lets nobody in any more, and waits for those inside; an interrupt does not cut that short. */
  void shut() {
    inside.addAndGet(SHUT);
    boolean interrupted = false;
    synchronized (empty) {
      while (inside.get() != SHUT) {
        try {
          empty.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
