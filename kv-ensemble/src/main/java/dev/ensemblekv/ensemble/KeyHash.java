// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The seeded hash that spreads keys over substores: 32 bits of XXH3, of which the upper 16 choose
 * the base and the lower 16 the path from there.
 *
 * <p>They are the upper half of the hash of 64 bits. An engine takes another seed for the order of
 * an index, or a substore would fill a sliver of it. The seed is secret to the store, so that
 * nobody can choose keys that meet in one substore. Thread-safe.
 */
final class KeyHash {
  static final String NAME = "xxh3-64";

  private final long seed;
  private final Hasher64 hasher;

  KeyHash(long seed) {
    this.seed = seed;
    this.hasher = Hashing.xxh3_64(seed);
  }

  long seed() {
    return seed;
  }

  /** Returns the routing bits of a key. */
  int bits(byte[] key) {
    return (int) (hasher.hashBytesToLong(key) >>> Integer.SIZE);
  }
}
