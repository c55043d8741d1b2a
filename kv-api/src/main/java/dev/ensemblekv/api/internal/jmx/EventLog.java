// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The last events of a store, and the way from the engine, which may hold locks, to those who
 * listen: they are called on the executor, in order, one event at a time. As long as nobody listens
 * nothing is executed. Thread-safe.
 */
public final class EventLog implements KvEvents {
  static final int MOST_KEPT = 64;

  /** A listener that does not keep up misses the oldest. */
  private static final int MOST_PENDING = 1024;

  private final Clock clock;
  private final Executor executor;
  private final Object delivering = new Object();

  // Guarded by this.
  private final Deque<Entry> kept = new ArrayDeque<>();
  private final Deque<Entry> pending = new ArrayDeque<>();
  private final List<Consumer<Entry>> listeners = new ArrayList<>();
  private long sequence;
  private boolean scheduled;

  /**
   * An event with its place in time.
   *
   * @param substore the name of the substore that it happened to; empty: none in particular
   */
  record Entry(long sequence, long millis, String substore, KvEvent event) {
    /** Tells whether a substore is concerned, or any if it is not named. */
    boolean isOf(String name) {
      return name.isEmpty() || name.equals(substore);
    }

    @Override
    public String toString() {
      String where = substore.isEmpty() ? "" : "substore " + substore + ": ";
      return Instant.ofEpochMilli(millis) + " " + event.kind() + " " + where + event.text();
    }
  }

  /** Creates a log without events. */
  public EventLog(Clock clock, Executor executor) {
    this.clock = clock;
    this.executor = executor;
  }

  /** Returns where a substore tells what happens to it. */
  public KvEvents of(String substore) {
    return event -> add(substore, event);
  }

  @Override
  public void emit(KvEvent event) {
    add("", event);
  }

  private synchronized void add(String substore, KvEvent event) {
    Entry entry = new Entry(++sequence, clock.millis(), substore, event);
    forgetProgressBefore(event);
    keep(kept, MOST_KEPT, entry);
    if (!listeners.isEmpty()) {
      keep(pending, MOST_PENDING, entry);
      deliverSoon();
    }
  }

  /** Of the progress of a split only the latest is kept, or little else would be. */
  private void forgetProgressBefore(KvEvent event) {
    Entry last = kept.peekLast();
    if (last != null
        && last.event().kind() == KvEvent.Kind.SPLIT_PROGRESS
        && event.kind() == KvEvent.Kind.SPLIT_PROGRESS) {
      kept.removeLast();
    }
  }

  private static void keep(Deque<Entry> entries, int most, Entry entry) {
    if (entries.size() == most) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  private void deliverSoon() {
    if (!scheduled) {
      try {
        executor.execute(this::deliver);
        scheduled = true;
      } catch (RejectedExecutionException e) {
        // The executor is shutting down; what is pending is delivered when the store is closed.
      }
    }
  }

  /** Delivers what is pending now. */
  void deliver() {
    synchronized (delivering) {
      while (true) {
        Entry next;
        List<Consumer<Entry>> told;
        synchronized (this) {
          told = List.copyOf(listeners);
          next = pending.pollFirst();
          if (next == null) {
            scheduled = false;
            return;
          }
        }
        told.forEach(listener -> listener.accept(next));
      }
    }
  }

  /** Has events delivered from now on; the listener must not throw. */
  synchronized void listen(Consumer<Entry> listener) {
    if (!listeners.contains(listener)) {
      listeners.add(listener);
    }
  }

  /** Delivers what is pending, and nothing to this listener after that. */
  void end(Consumer<Entry> listener) {
    deliver();
    synchronized (this) {
      listeners.remove(listener);
    }
  }

  /** Returns the last events, the newest last. */
  synchronized List<Entry> recent() {
    return List.copyOf(kept);
  }
}
