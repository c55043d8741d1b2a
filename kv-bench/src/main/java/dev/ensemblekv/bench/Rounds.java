// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.util.function.LongSupplier;

/** The rounds of a measurement, of which there are fewer if they take too long. */
public final class Rounds {
  private final int most;
  private final double nanos;
  private final LongSupplier clock;
  private final long begun;
  private long roundBegun;
  private long longest;
  private int rounds;

  /**
   * Begins.
   *
   * @param most how many there are at most
   * @param nanos how long all may take
   */
  Rounds(int most, double nanos, LongSupplier clock) {
    this.most = most;
    this.nanos = nanos;
    this.clock = clock;
    this.begun = clock.getAsLong();
    this.roundBegun = begun;
  }

  /** Begins the next round, unless it would end too late; the first one is begun in any case. */
  public boolean next() {
    long now = clock.getAsLong();
    if (rounds > 0) {
      longest = Math.max(longest, now - roundBegun);
      if (rounds == most || now - begun + (double) longest > nanos) {
        return false;
      }
    }
    roundBegun = now;
    rounds++;
    return true;
  }

  /** Returns the index of the round that was begun last. */
  public int current() {
    return rounds - 1;
  }
}
