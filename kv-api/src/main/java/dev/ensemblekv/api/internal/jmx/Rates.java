// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Rates of some counters, made of what they were when someone asked before: so nobody need count
 * time while nobody asks. A rate is over the time since the last asking but one, where all that is
 * asked within a second counts as one; so it is over at least a second when asked regularly, and
 * over the interval of whoever asks. Thread-safe.
 */
final class Rates {
  private static final long LEAST_NANOS = 1_000_000_000;

  private final AtomicReference<Window> window;

  /** The counters at one time. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  private record Sample(long nanos, long[] counts) {}

  /** What is compared with, and what will be. */
  private record Window(Sample from, Sample latest) {
    Window at(Sample now) {
      return now.nanos - latest.nanos >= LEAST_NANOS ? new Window(latest, now) : this;
    }
  }

  /** Begins to compare with counters at the present time. */
  Rates(long nowNanos, long[] counts) {
    this.window = new AtomicReference<>();
    restart(nowNanos, counts);
  }

  /** Forgets what was before, as the counters have been reset. */
  void restart(long nowNanos, long[] counts) {
    Sample first = new Sample(nowNanos, counts);
    window.set(new Window(first, first));
  }

  /** Returns over which time the rates are. */
  long nanos(long nowNanos, long[] counts) {
    return nowNanos - from(nowNanos, counts).nanos;
  }

  /** Returns the rate of a counter, per second. */
  double perSecond(long nowNanos, long[] counts, int counter) {
    Sample from = from(nowNanos, counts);
    long nanos = nowNanos - from.nanos;
    long more = counts[counter] - from.counts[counter];
    return nanos <= 0 ? 0 : Math.max(0, more) * 1e9 / nanos;
  }

  private Sample from(long nowNanos, long[] counts) {
    Sample now = new Sample(nowNanos, counts);
    return window.updateAndGet(last -> last.at(now)).from;
  }
}
