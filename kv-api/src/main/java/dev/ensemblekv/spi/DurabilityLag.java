// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many of the bytes that were written since a store was opened are not known to be durable, and
 * since when. An engine that does not know it of its files counts by this what it is given.
 *
 * <p>Whoever makes things durable takes the {@link #mark} before, and tells it when that is done.
 * So what is written meanwhile counts as not durable: the figure is never too small. Thread-safe.
 */
public final class DurabilityLag {
  private static final long NEVER = Long.MIN_VALUE;

  private final LongSupplier nanoTime;
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong durable = new AtomicLong();
  private volatile long durableNanos = NEVER;

  /** Begins to count. */
  public DurabilityLag(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Counts bytes that were written, after that was done. */
  public void written(long bytes) {
    written.addAndGet(bytes);
  }

  /** Returns how many bytes have been written so far. */
  public long mark() {
    return written.get();
  }

  /** Tells that everything is durable that was written before a mark was taken. */
  public void durable(long mark) {
    durable.accumulateAndGet(mark, Math::max);
    durableNanos = nanoTime.getAsLong();
  }

  /** Adds what is behind and since when to the statistics. */
  public void addTo(KvStats.Builder stats) {
    long known = durable.get();
    stats.metric(
        KvMetric.upperBound(
            KvMetric.UNSYNCED_BYTES,
            Math.max(0, written.get() - known),
            Unit.BYTES,
            "Bytes of keys and values written that a loss of power may take away."));
    long last = durableNanos;
    if (last != NEVER) {
      stats.metric(
          KvMetric.gauge(
              KvMetric.LAST_SYNC_AGE,
              nanoTime.getAsLong() - last,
              Unit.NANOSECONDS,
              "Time since writes were last made durable."));
    }
  }
}
