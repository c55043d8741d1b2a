// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

/**
 * The files that the halves of a substore share since it was divided. They take their space until
 * everybody has moved what is in them. For one thread.
 */
final class Shared {
  /** The number of no shared files. */
  static final int NONE = 0;

  private long left;
  private long moved;

  /** Counts a pair that is in them. */
  void add(long bytes) {
    left += bytes;
  }

  /** Counts a pair that was moved elsewhere; returns by how much more space is taken. */
  long move(long bytes) {
    left -= bytes;
    moved += bytes;
    return left == 0 ? bytes - moved : bytes;
  }
}
