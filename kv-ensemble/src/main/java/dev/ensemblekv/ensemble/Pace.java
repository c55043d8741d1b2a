// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

/**
 * How fast the growth may go: who has moved more bytes than a rate allows waits until it does.
 * Small debts are let pass, so that there is not a wait after each step. Used by one thread at a
 * time.
 */
final class Pace {
  private static final long BURST_NANOS = 100_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private long bytesPerSecond;
  private long paidAtNanos;

  Pace(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.paidAtNanos = nowNanos;
  }

  /** Sets the rate; what was moved before is forgotten. */
  void rate(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.paidAtNanos = nowNanos;
  }

  /** Counts bytes that were moved. */
  void spend(long bytes, long nowNanos) {
    long from = nowNanos - paidAtNanos > 0 ? nowNanos : paidAtNanos;
    paidAtNanos = from + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
  }

  /** Returns for how long to wait before anything more is moved. */
  long delayNanos(long nowNanos) {
    long debt = paidAtNanos - nowNanos;
    return debt > BURST_NANOS ? debt : 0;
  }
}
