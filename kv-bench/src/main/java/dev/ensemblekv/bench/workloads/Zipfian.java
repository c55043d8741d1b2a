// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import java.util.SplittableRandom;

/**
 * Ranks from 0 on, of which the n-th comes as often as one by n to the power of 0.99 says: the
 * constant of YCSB.
 *
 * <p>After Gray, Sundaresan, Englert, Baclawski, Weinberger: "Quickly generating billion-record
 * synthetic databases", 1994, as YCSB does it. More ranks may come to be. For one thread.
 */
final class Zipfian {
  private static final double THETA = 0.99;
  private static final double ALPHA = 1 / (1 - THETA);

  private static final double FIRST_TWO = 1 + Math.pow(2, -THETA);

  private long ranks;
  private double zeta;
  private double eta;

  Zipfian(long ranks) {
    grow(ranks);
  }

  private void grow(long count) {
    while (ranks < count) {
      ranks++;
      zeta += Math.pow((double) ranks, -THETA);
    }
    eta = (1 - Math.pow(2.0 / ranks, 1 - THETA)) / (1 - FIRST_TWO / zeta);
  }

  /** Returns one of so many ranks, which are at least three and never fewer than before. */
  long next(SplittableRandom random, long count) {
    if (count > ranks) {
      grow(count);
    }
    double uniform = random.nextDouble();
    double scaled = uniform * zeta;
    if (scaled < 1) {
      return 0;
    }
    if (scaled < FIRST_TWO) {
      return 1;
    }
    return Math.min(ranks - 1, (long) (ranks * Math.pow(eta * uniform - eta + 1, ALPHA)));
  }
}
