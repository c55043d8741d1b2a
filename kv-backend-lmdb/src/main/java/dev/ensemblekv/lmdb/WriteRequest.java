// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one thread wants to be written, and what came of it. It waits in the {@link WriteQueue}
 * until another thread has written it, or it is its turn to write what waits.
 */
final class WriteRequest {
  private enum Turn {
    WAITING,
    LEADS,
    DONE
  }

  /** The change itself. */
  @FunctionalInterface
  interface Change {
    /**
     * Makes the change.
     *
     * @return what the writer is told, such as whether the value was as expected
     */
    boolean apply(WriteTransaction txn);
  }

  private final Thread thread = Thread.currentThread();
  private final @Nullable Change change;
  private final long bytes;
  private final boolean sync;

  private volatile Turn turn = Turn.WAITING;

  // Written by the leader before the turn is.
  private boolean decided;
  private boolean result;
  private @Nullable RuntimeException failure;

  /**
   * Creates a request.
   *
   * @param change the change; {@code null}: none, it is about what was written before
   * @param bytes about how much it writes
   * @param sync whether it must be on the medium
   */
  WriteRequest(@Nullable Change change, long bytes, boolean sync) {
    this.change = change;
    this.bytes = bytes;
    this.sync = sync;
  }

  Thread thread() {
    return thread;
  }

  @Nullable Change change() {
    return change;
  }

  long bytes() {
    return bytes;
  }

  boolean sync() {
    return sync;
  }

  /** Sets what came of it, which does not change afterwards. */
  void succeed(boolean result) {
    if (!decided) {
      decided = true;
      this.result = result;
    }
  }

  /** Sets why it was not done. */
  void fail(RuntimeException failure) {
    if (!decided) {
      decided = true;
      this.failure = failure;
    }
  }

  boolean isDecided() {
    return decided;
  }

  /** Makes its thread write what waits. */
  void lead() {
    turn = Turn.LEADS;
    LockSupport.unpark(thread);
  }

  /** Lets its thread go. */
  void done() {
    turn = Turn.DONE;
    LockSupport.unpark(thread);
  }

  /**
   * Waits, whatever interrupts come.
   *
   * @return whether to write what waits; else it is decided
   */
  boolean awaitTurn() {
    boolean interrupted = false;
    while (turn == Turn.WAITING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return turn == Turn.LEADS;
  }

  /**
   * Returns what came of it, to its thread.
   *
   * @return what the change returned
   */
  boolean outcome() {
    if (failure != null) {
      throw failure;
    }
    assert decided;
    return result;
  }
}
