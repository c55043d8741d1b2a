// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.HashSlice;

/**
 * The part of the key space that one substore owns: all keys of one base whose path begins with
 * given bits. A split halves it by the next bit. Immutable.
 *
 * @param base number of the base, one of those that the store began with
 * @param depth how many bits of the path are given
 * @param path those bits, the first one lowest
 */
record Region(int base, int depth, int path) {
  static final int MAX_DEPTH = 16;
  static final int MAX_BASES = 1 << 10;

  private static final int HALF_BITS = 16;

  Region {
    if (base < 0 || base >= MAX_BASES || depth < 0 || depth > MAX_DEPTH || path >>> depth != 0) {
      throw new IllegalArgumentException("no region: " + base + "/" + depth + "/" + path);
    }
  }

  /** Returns the base of a key. */
  static int base(int bits, int bases) {
    return ((bits >>> HALF_BITS) * bases) >>> HALF_BITS;
  }

  /** Tells whether a key of this base is in the region. */
  boolean contains(int bits) {
    return (bits & mask()) == path;
  }

  /** Tells whether a key of the region goes to the upper half. */
  boolean isInUpper(int bits) {
    return ((bits >>> depth) & 1) != 0;
  }

  /** Returns the half that stays. */
  Region lower() {
    return new Region(base, depth + 1, path);
  }

  /** Returns the half that moves. */
  Region upper() {
    return new Region(base, depth + 1, path | (1 << depth));
  }

  /** Returns the keys of the region among those of its base. */
  HashSlice slice() {
    return new HashSlice(mask(), path);
  }

  private int mask() {
    return (1 << depth) - 1;
  }

  @Override
  public String toString() {
    return base + "/" + depth + "/" + path;
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no region
   */
  static Region parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("no region: " + text);
    }
    return new Region(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }
}
