// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.Xxh3;

/**
 * The 96 bits by which the index knows a key, of its seeded XXH3-128 hash.
 *
 * @param order the high word, by which the index is ordered
 * @param routing the upper half of the low word, by which an ensemble spreads keys
 */
record KeyHash(long order, int routing) {

  /** A hash function with the seed of a store. Thread-safe. */
  static final class Function {
    private final Xxh3 hash;

    Function(long seed) {
      this.hash = new Xxh3(seed);
    }

    KeyHash of(byte[] key) {
      long[] order = new long[1];
      int routing = routing(key, order);
      return new KeyHash(order[0], routing);
    }

    /** Returns the routing bits of a key, and puts the order into the first element. */
    int routing(byte[] key, long[] order) {
      return (int) (hash.hash(key, order) >>> Integer.SIZE);
    }
  }

  /** Compares as the index is ordered: by unsigned order, then by unsigned routing bits. */
  static int compare(long order1, int routing1, long order2, int routing2) {
    int byOrder = Long.compareUnsigned(order1, order2);
    return byOrder != 0 ? byOrder : Integer.compareUnsigned(routing1, routing2);
  }

  /** Returns the place of an order among buckets, such that greater ones never come before. */
  static long place(long order, long buckets) {
    return Math.multiplyHigh(order, buckets) + ((order >> 63) & buckets);
  }
}
