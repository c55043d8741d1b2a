// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.tck.internal.ByteString;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place between two steps of a wrong store, where it waits until other threads have come between:
 * what a scheduler does now and then happens here each time, however busy the machine.
 *
 * <p>One thread waits at a time, so that the others go on, and only where the last one that did
 * something was another one: in a test with one thread nobody would come. After some waits in vain
 * there is none any more.
 */
final class Interlude {
  private static final long POLL_NANOS = 10_000;

  private final long limitNanos;
  private final AtomicLong events = new AtomicLong();
  private final AtomicBoolean waiting = new AtomicBoolean();
  private final AtomicInteger left;
  private volatile @Nullable Thread last;

  private Interlude(Duration limit, int mostInVain) {
    this.limitNanos = limit.toNanos();
    this.left = new AtomicInteger(mostInVain);
  }

  /** Creates a place for each key, where something comes between as often as it can. */
  static Function<byte[], Interlude> ofEachKey() {
    Map<ByteString, Interlude> places = new ConcurrentHashMap<>();
    return key ->
        places.computeIfAbsent(
            ByteString.of(key), added -> new Interlude(Duration.ofSeconds(2), 1));
  }

  /** Notes that a thread did something that may come between. */
  void happened() {
    last = Thread.currentThread();
    events.incrementAndGet();
  }

  /** Returns how many times something happened. */
  long events() {
    return events.get();
  }

  /** Waits until something has happened so many times more than before. */
  void await(long before, int count) {
    Thread other = last;
    if (other == null
        || other.equals(Thread.currentThread())
        || left.get() <= 0
        || !waiting.compareAndSet(false, true)) {
      return;
    }
    long end = System.nanoTime() + limitNanos;
    boolean inVain = false;
    while (!inVain && events.get() < before + count) {
      inVain = System.nanoTime() - end >= 0;
      LockSupport.parkNanos(POLL_NANOS); // who yields on a busy machine comes back late
    }
    if (inVain) {
      left.decrementAndGet();
    }
    waiting.set(false);
  }
}
