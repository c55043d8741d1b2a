// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import java.util.SplittableRandom;

/**
 * What is to be lived through, in true sizes.
 *
 * <p>The model is smaller by a scale: one put stands for so many pairs, and what counts keys or
 * bytes (limits, rates) is divided by it. Time, and what comes in substores and splits, is as in
 * truth. Substores differ more than in truth, as each has fewer keys to even things out.
 *
 * @param pairs how many pairs there are in the end
 * @param scale how many pairs one put stands for
 * @param values how long values are
 * @param valueBytes how long they are in the mean
 * @param maxKeys capacity of a substore
 * @param maxBytes capacity of a substore
 * @param initialSubstores how many substores there are at first
 * @param split how substores split
 * @param ingestRate bytes put per second
 * @param diskRate bytes read and written per second by the disk
 * @param splitRate bytes moved and compared per second by splits, as the ensemble limits itself
 * @param seed what everything random follows from
 */
record Plan(
    long pairs,
    long scale,
    Values values,
    long valueBytes,
    long maxKeys,
    long maxBytes,
    int initialSubstores,
    Split split,
    long ingestRate,
    long diskRate,
    long splitRate,
    long seed) {
  /** Length of every key. */
  static final int KEY_BYTES = 16;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final long SEGMENT_BYTES = 256 << 20;

  /** How a substore gives away half of what it has. */
  enum Split {
    /** Pair by pair; then the donor removes what it gave away, and is compacted. */
    COPYING,
    /** All files at once, as links; what was shared before is moved by each half for itself. */
    NATIVE
  }

  Plan {
    if (diskRate <= ingestRate) {
      throw new IllegalArgumentException(
          "the disk takes "
              + diskRate
              + " bytes a second, no more than the "
              + ingestRate
              + " put");
    }
    if (pairs / scale > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          pairs + " pairs at a scale of " + scale + " are too many puts; choose a greater scale");
    }
  }

  /** Returns how many puts the model takes. */
  int puts() {
    return Math.toIntExact(pairs / scale);
  }

  /** Returns the length of a file of a substore of the model. */
  long segmentBytes() {
    return SEGMENT_BYTES / scale;
  }

  /** Returns the length of a value of the model, the same at each call. */
  int valueLength(int put) {
    SplittableRandom random = new SplittableRandom(seed ^ ((long) put << Integer.SIZE));
    return (int) Math.max(1, Math.round(values.draw((double) valueBytes, scale, random)));
  }

  /** Returns when so many bytes of the model will have been put. */
  long putNanos(long bytes) {
    return (long) (bytes * NANOS_PER_SECOND * scale / ingestRate);
  }

  /** Returns how long the disk needs for bytes of the model, while it takes puts as well. */
  double diskNanos(long bytes) {
    return bytes * NANOS_PER_SECOND * scale / (diskRate - ingestRate);
  }
}
