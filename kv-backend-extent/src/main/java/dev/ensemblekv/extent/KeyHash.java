// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The 96 bits by which the index knows a key, of two seeded XXH3 hashes of 64 bits.
 *
 * @param order by which the index is ordered
 * @param routing by which an ensemble spreads keys
 */
record KeyHash(long order, int routing) {

  /** The hash functions with the seed of a store. They return plain numbers. Thread-safe. */
  static final class Function {
    private static final byte[] NOTHING = {};

    private final Hasher64 byRouting;
    private final Hasher64 byOrder;

    Function(long seed) {
      this.byRouting = Hashing.xxh3_64(seed);
      this.byOrder = Hashing.xxh3_64(byRouting.hashBytesToLong(NOTHING)); // another seed
    }

    KeyHash of(byte[] key) {
      return new KeyHash(order(key), routing(key));
    }

    /** Returns {@link KeyHash#order}. */
    long order(byte[] key) {
      return byOrder.hashBytesToLong(key);
    }

    /** Returns {@link KeyHash#routing}: the upper half, as an ensemble takes it. */
    int routing(byte[] key) {
      return (int) (byRouting.hashBytesToLong(key) >>> Integer.SIZE);
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
