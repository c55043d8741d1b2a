// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.StoreClosedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The line of those who write. The first of them leads: it writes everything that waits in one
 * transaction while more come, and hands the lead over. So each waits for two commits at most, and
 * many share one; one that comes alone writes at once, by its own thread.
 */
final class WriteQueue {
  /** A group beyond this is written in several transactions, which are held in memory each. */
  private static final long MAX_GROUP_BYTES = 4 << 20;

  private static final int MAX_GROUP_COUNT = 1024;

  /** Writes groups, called by one thread at a time. */
  @FunctionalInterface
  interface Writer {
    /**
     * Decides requests of a group: all, or some of them and takes those out of the list.
     *
     * @param group the leader's first; what is left in it undecided waits on
     */
    void write(List<WriteRequest> group);
  }

  private final Writer writer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<WriteRequest> waiting = new ArrayDeque<>();
  private boolean led;
  private boolean closed;

  WriteQueue(Writer writer) {
    this.writer = writer;
  }

  /**
   * Has a request written, by this thread or another.
   *
   * @param onWait run if another thread leads
   * @return what the change returned
   * @throws StoreClosedException if the line is closed
   */
  boolean submit(WriteRequest request, Runnable onWait) {
    boolean leads;
    lock.lock();
    try {
      if (closed) {
        throw new StoreClosedException();
      }
      waiting.add(request);
      leads = !led;
      led = true;
    } finally {
      lock.unlock();
    }
    if (!leads) {
      onWait.run();
      leads = request.awaitTurn();
    }
    if (leads) {
      lead(request);
    }
    return request.outcome();
  }

  private void lead(WriteRequest own) {
    List<WriteRequest> group = takeGroup();
    assert group.get(0) == own;
    List<WriteRequest> all = List.copyOf(group);
    try {
      writer.write(group);
    } catch (RuntimeException e) {
      all.forEach(request -> request.fail(e));
    } catch (Error e) {
      all.forEach(request -> request.fail(new IllegalStateException("writing failed: " + e, e)));
      throw e;
    } finally {
      handOver(all);
      for (WriteRequest request : all) {
        if (request != own && request.isDecided()) {
          request.done();
        }
      }
    }
  }

  private List<WriteRequest> takeGroup() {
    List<WriteRequest> group = new ArrayList<>();
    long bytes = 0;
    lock.lock();
    try {
      WriteRequest next = waiting.peek();
      while (next != null
          && (group.isEmpty()
              || (bytes + next.bytes() <= MAX_GROUP_BYTES && group.size() < MAX_GROUP_COUNT))) {
        group.add(next);
        bytes += next.bytes();
        waiting.remove();
        next = waiting.peek();
      }
    } finally {
      lock.unlock();
    }
    return group;
  }

  /** Puts back what is undecided, and lets the next one lead. */
  private void handOver(List<WriteRequest> group) {
    lock.lock();
    try {
      for (int i = group.size() - 1; i >= 0; i--) {
        if (!group.get(i).isDecided()) {
          waiting.addFirst(group.get(i));
        }
      }
      WriteRequest next = waiting.peek();
      if (next == null) {
        led = false;
        idle.signalAll();
      } else {
        next.lead();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets nobody in any more, and waits until all have been written. */
  void close() {
    lock.lock();
    try {
      closed = true;
      while (led) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes the request of a thread out of the line, if it waits there. */
  @Nullable WriteRequest withdraw(Thread thread) {
    lock.lock();
    try {
      for (Iterator<WriteRequest> i = waiting.iterator(); i.hasNext(); ) {
        WriteRequest request = i.next();
        if (request.thread() == thread) {
          i.remove();
          return request;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
