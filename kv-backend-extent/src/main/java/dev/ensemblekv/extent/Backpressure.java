// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Slows all writers together down to a rate, while there is one: that at which compaction gives
 * space back, when files take more than they may. Thread-safe; without a rate it costs one read.
 */
final class Backpressure {
  private static final long NONE = Long.MAX_VALUE;
  private static final long LEAST_BYTES_PER_SECOND = 1 << 20;

  /**
   * A guess, until a compaction has told what it gives back. Too low a one holds everybody up for
   * as long as that takes; with too high a one files grow by what the disk can write meanwhile.
   */
  private static final long FIRST_BYTES_PER_SECOND = 256 << 20;

  /** Shorter pauses are saved up, longer ones are not made. */
  private static final long LEAST_PAUSE_NANOS = 1_000_000;

  private static final long MOST_PAUSE_NANOS = 1_000_000_000;

  private final LongSupplier clock;
  private final LongConsumer pause;
  private final AtomicLong paidUntil = new AtomicLong(Long.MIN_VALUE);
  private final LongAdder heldNanos = new LongAdder();
  private volatile long bytesPerSecond = NONE;

  // Of whoever gives space back, one at a time.
  private long lastRate = FIRST_BYTES_PER_SECOND;
  private long lastEnd;
  private boolean wasBehind;

  /** What gives space back. */
  @FunctionalInterface
  interface Compaction {
    /** Returns how many bytes it gave back; 0: it was given up. */
    long run() throws IOException;
  }

  /**
   * Creates one without a rate.
   *
   * @param clock the time in nanoseconds
   * @param pause waits for so many nanoseconds
   */
  Backpressure(LongSupplier clock, LongConsumer pause) {
    this.clock = clock;
    this.pause = pause;
  }

  /**
   * Runs a compaction that is behind, and lets writers have nine tenths of what it gives back from
   * then on, with all that is done between one compaction and the next.
   *
   * @return whether it came to its end
   */
  boolean around(Compaction compaction) throws IOException {
    long begun = wasBehind ? lastEnd : clock.getAsLong();
    limit(lastRate);
    long givenBack = 0;
    try {
      givenBack = compaction.run();
    } finally {
      if (givenBack == 0) {
        release();
      } else {
        lastEnd = clock.getAsLong();
        wasBehind = true;
        lastRate = (long) (0.9 * 1e9 * givenBack / Math.max(1, lastEnd - begun));
        limit(lastRate);
      }
    }
    return givenBack > 0;
  }

  /** Sets the rate of all writers together. */
  void limit(long rate) {
    bytesPerSecond = Math.max(LEAST_BYTES_PER_SECOND, rate);
  }

  /** Lets writers go as fast as they like. */
  void release() {
    wasBehind = false;
    bytesPerSecond = NONE;
  }

  /** Returns the rate; 0: there is none. */
  long bytesPerSecond() {
    long rate = bytesPerSecond;
    return rate == NONE ? 0 : rate;
  }

  /** Returns how long all writers together were held, in nanoseconds. */
  long heldNanos() {
    return heldNanos.sum();
  }

  /** Waits as long as it must be after so many bytes. Must hold nothing that compaction needs. */
  void written(long bytes) {
    long rate = bytesPerSecond;
    if (rate == NONE) {
      return;
    }
    long now = clock.getAsLong();
    long nanos = (long) (1e9 * bytes / rate);
    long until = paidUntil.accumulateAndGet(nanos, (paid, more) -> Math.max(paid, now) + more);
    if (until - now >= LEAST_PAUSE_NANOS) {
      long held = Math.min(until - now, MOST_PAUSE_NANOS);
      heldNanos.add(held);
      pause.accept(held);
    }
  }
}
