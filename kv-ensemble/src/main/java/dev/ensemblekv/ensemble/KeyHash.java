// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.Xxh3;

/**
 * The seeded hash that spreads keys over substores: 32 bits of XXH3-128, of which the upper 16
 * choose the base and the lower 16 the path from there.
 *
 * <p>They are the upper half of the low word of the hash; the high word is left to engines, for the
 * order of an index. The seed is secret to the store, so that nobody can choose keys that meet in
 * one substore. Thread-safe.
 */
final class KeyHash {
  static final String NAME = "xxh3-128";

  private final long seed;
  private final Xxh3 hash;

  KeyHash(long seed) {
    this.seed = seed;
    this.hash = new Xxh3(seed);
  }

  long seed() {
    return seed;
  }

  /** Returns the routing bits of a key. */
  int bits(byte[] key) {
    return (int) (hash.low(key) >>> Integer.SIZE);
  }
}
