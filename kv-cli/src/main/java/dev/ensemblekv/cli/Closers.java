// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What must not be left open when the process is asked to end: stores, and output files half
 * written. Thread-safe.
 *
 * <p>A command closes what it opened itself; this is for Ctrl-C, when {@link #closeAll} runs beside
 * it. What is closed twice must not mind.
 */
final class Closers {
  // Guarded by this; null once everything has been closed.
  private @Nullable Deque<AutoCloseable> open = new ArrayDeque<>();

  /**
   * Adds something.
   *
   * @throws CommandException if the process is ending; it is closed then
   */
  <T extends AutoCloseable> T add(T resource) {
    synchronized (this) {
      if (open != null) {
        open.push(resource);
        return resource;
      }
    }
    CommandException ending = CommandException.failed("the process is ending");
    try {
      resource.close();
    } catch (Exception e) {
      ending.addSuppressed(e);
    }
    throw ending;
  }

  /** Tells whether {@link #closeAll} was called. */
  synchronized boolean isClosing() {
    return open == null;
  }

  /** Tells whether there is nothing to be closed. */
  synchronized boolean isEmpty() {
    return open == null || open.isEmpty();
  }

  /**
   * Closes everything, what was opened last first, and waits for that.
   *
   * @return the first failure, the others suppressed by it
   */
  @Nullable Exception closeAll() {
    Deque<AutoCloseable> resources;
    synchronized (this) {
      resources = open == null ? new ArrayDeque<>() : open;
      open = null;
    }
    Exception failure = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }
}
