// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

/**
 * The blocks of the filter of a run, a blocked Bloom filter: it tells of almost all keys that are
 * not in the run that they are not. A key has all its bits in one block.
 *
 * <p>After Putze, Sanders, Singler: "Cache-, hash- and space-efficient Bloom filters", 2007. With
 * 10 bits a key about one of a hundred absent keys is taken for present.
 */
final class RunFilter {
  private static final int BITS = Block.BODY_BYTES * Byte.SIZE;
  private static final int BITS_PER_KEY = 10;
  private static final int PROBES = 6;

  /** Of a congruential generator, after Steele, Vigna: "Computationally easy, ...", 2022. */
  private static final long MULTIPLIER = 0xD1342543DE82EF95L;

  private RunFilter() {}

  /** Returns how many blocks the filter of so many keys has. */
  static int blocks(long keys) {
    return (int) Math.min(Integer.MAX_VALUE, keys * BITS_PER_KEY / BITS + 1);
  }

  /** Returns the block of a key; those of greater keys never come before. */
  static long block(long order, int blocks) {
    return KeyHash.place(order, blocks);
  }

  /** Adds a key to a block. */
  static void add(byte[] bytes, int block, long order, int routing) {
    long state = begin(order, routing);
    for (int i = 0; i < PROBES; i++, state *= MULTIPLIER) {
      int bit = bit(state);
      bytes[block + bit / Byte.SIZE] |= (byte) (1 << bit % Byte.SIZE);
    }
  }

  /**
   * Tells whether a key may be there; {@code false}: it is not. Looks at all bits, as each is as
   * likely set as not, so that no processor would guess where to stop.
   */
  static boolean mayContain(byte[] bytes, int block, long order, int routing) {
    long state = begin(order, routing);
    int all = 1;
    for (int i = 0; i < PROBES; i++, state *= MULTIPLIER) {
      int bit = bit(state);
      all &= bytes[block + bit / Byte.SIZE] >>> bit % Byte.SIZE;
    }
    return (all & 1) != 0;
  }

  /** Keys of one block have the upper bits of their order in common, so these are mixed away. */
  private static long begin(long order, int routing) {
    return (order ^ Integer.toUnsignedLong(routing)) * MULTIPLIER;
  }

  /** Takes the upper half of the state for a fraction of one. */
  private static int bit(long state) {
    return (int) (((state >>> 32) * BITS) >>> 32);
  }
}
