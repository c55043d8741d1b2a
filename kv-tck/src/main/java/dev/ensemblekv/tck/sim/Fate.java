// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import java.util.SplittableRandom;

/**
 * What becomes of everything that was pending at one crash, drawn from a seed.
 *
 * <p>Data and names each have a mood: all of it reached the medium, none of it, or each piece by
 * its own luck. The extremes find most bugs, and mixing them (all names, no data) finds the rest.
 */
final class Fate {
  /** What becomes of one pending write to one page. */
  enum Write {
    KEPT,
    DROPPED,
    /** Its first bytes are kept. */
    TORN,
    /** The file is as long as the write made it, but reads zero where it was written. */
    ZEROED
  }

  /** What becomes of a pending truncation. */
  enum Truncation {
    KEPT,
    /** Neither it nor what was written after it is on the medium. */
    LOST_WITH_THE_REST,
    /** What was cut off is there again, and so is what was written since. */
    LOST
  }

  private static final int MOODS = 8;
  private static final int PERCENT = 100;

  private final SplittableRandom random;
  private final int dataMood;
  private final int nameMood;

  Fate(long seed) {
    random = new SplittableRandom(seed);
    dataMood = random.nextInt(MOODS);
    nameMood = random.nextInt(MOODS);
  }

  Write ofWrite() {
    if (dataMood == 0) {
      return Write.KEPT;
    }
    if (dataMood <= 2) {
      return Write.DROPPED;
    }
    int luck = random.nextInt(PERCENT);
    if (luck < 50) {
      return Write.KEPT;
    }
    return luck < 70 ? Write.DROPPED : luck < 90 ? Write.TORN : Write.ZEROED;
  }

  /** Returns how many bytes of a torn write are kept: less than all of them. */
  int tornBytes(int length) {
    return random.nextInt(length);
  }

  Truncation ofTruncation() {
    if (dataMood == 0) {
      return Truncation.KEPT;
    }
    if (dataMood <= 2) {
      return Truncation.LOST_WITH_THE_REST;
    }
    int luck = random.nextInt(PERCENT);
    return luck < 50
        ? Truncation.KEPT
        : luck < 75 ? Truncation.LOST : Truncation.LOST_WITH_THE_REST;
  }

  boolean keepsName() {
    return nameMood == 0 || (nameMood > 2 && random.nextBoolean());
  }
}
