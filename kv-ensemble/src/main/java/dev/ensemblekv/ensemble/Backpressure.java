// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.KvEvent;
import dev.ensemblekv.spi.KvEvents;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Slows down the writers of a substore that is far over its limit while a split relieves it, or
 * that write faster than its target can follow, so that the split always comes to its end. Each
 * write is held up once, before it takes any lock, the longer the fuller the substore, up to a
 * bound. Thread-safe.
 */
final class Backpressure {
  /** How full a substore is when its writers begin to be held up. */
  private static final double BEGIN_FILL = 1.5;

  /** With such a part of the limit more than that, they are held up as long as they may be. */
  private static final double MOST_EXCESS = 1;

  private final long maxStallNanos;
  private final Growth growth;
  private final KvEvents events;
  private final AtomicBoolean told = new AtomicBoolean();
  private final LongAdder stalls = new LongAdder();
  private final LongAdder stallNanos = new LongAdder();

  Backpressure(Duration maxStall, Growth growth, KvEvents events) {
    this.maxStallNanos = maxStall.toNanos();
    this.growth = growth;
    this.events = events;
  }

  /** A split begins: if writers are held up for it, that is news. */
  void splitBegins() {
    told.set(false);
  }

  /** Tells whether a substore is so full that its writers are held up while it splits. */
  static boolean isBegun(Substore substore) {
    return substore.size().fill() > BEGIN_FILL;
  }

  /**
   * Holds up the caller, who writes to a substore, if there is reason to; an interrupt ends that
   * and stays set.
   */
  void await(Substore substore) {
    await(excess(substore));
  }

  /** Holds up the caller, who writes to several substores, as for the fullest of them. */
  void await(Collection<Substore> substores) {
    await(substores.stream().mapToDouble(this::excess).max().orElse(0));
  }

  private double excess(Substore substore) {
    if (maxStallNanos == 0) {
      return 0;
    }
    if (substore.isTargetBehind()) {
      return MOST_EXCESS;
    }
    boolean full = substore.size().isMarkReached();
    return full && growth.isRelieving(substore) ? substore.size().fill() - BEGIN_FILL : 0;
  }

  private void await(double excess) {
    if (excess > 0) {
      if (!told.get() && told.compareAndSet(false, true)) {
        events.emit(
            KvEvent.of(
                KvEvent.Kind.STALL,
                "writes to substores far over their limit, or faster than a split can follow, are held"
                    + " up until it is done"));
      }
      long begin = System.nanoTime();
      LockSupport.parkNanos(this, (long) (maxStallNanos * Math.min(MOST_EXCESS, excess)));
      stalls.increment();
      stallNanos.add(System.nanoTime() - begin);
    }
  }

  long stalls() {
    return stalls.sum();
  }

  long stallNanos() {
    return stallNanos.sum();
  }
}
