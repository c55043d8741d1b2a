// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The 96 bits by which the index knows a key, of its seeded XXH3-128 hash.
 *
 * @param order the high word, by which the index is ordered
 * @param routing the upper half of the low word, by which an ensemble spreads keys
 */
record KeyHash(long order, int routing) {

  /** A hash function with the seed of a store. Thread-safe. */
  static final class Function {
    private final Hasher128 hasher;

    Function(long seed) {
      this.hasher = Hashing.xxh3_128(seed);
    }

    KeyHash of(byte[] key) {
      HashValue128 hash = hasher.hashBytesTo128Bits(key);
      return new KeyHash(
          hash.getMostSignificantBits(), (int) (hash.getLeastSignificantBits() >>> 32));
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
