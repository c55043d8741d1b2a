// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.random.RandomGenerator;

/**
 * The numbers of epochs: how often a log was begun anew in the low 32 bits, and in the high ones
 * the branch, which tells apart the copies of one store. Files that copies write from then on have
 * the same numbers and the same store id, but never the same epoch.
 */
final class Epochs {
  private static final int BRANCH_SHIFT = 32;

  /** Branches that somebody draws are from here on, so that none is one that is given. */
  private static final int FIRST_DRAWN = 1 << 30;

  private Epochs() {}

  /** Returns the first epoch of a branch. */
  static long first(int branch) {
    return ((long) branch << BRANCH_SHIFT) + 1;
  }

  /** Returns the branch of an epoch. */
  static int branch(long epoch) {
    return (int) (epoch >>> BRANCH_SHIFT);
  }

  /** Draws a branch for a copy of which nobody knows what other copies there are. */
  static int drawBranch(RandomGenerator random) {
    return FIRST_DRAWN + random.nextInt(FIRST_DRAWN);
  }
}
