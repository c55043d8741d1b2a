// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.util.HexFormat;

/**
 * A part of all keys: those of which some of the 32 routing bits are given. The routing bits are
 * the upper half of the key's XXH3 of 64 bits. Immutable.
 *
 * @param mask which bits are given
 * @param bits these bits; the others are 0
 */
public record HashSlice(int mask, int bits) {
  /** All keys. */
  public static final HashSlice ALL = new HashSlice(0, 0);

  /** Creates a slice. */
  public HashSlice {
    if ((bits & ~mask) != 0) {
      throw new IllegalArgumentException("bits are given that the mask leaves out");
    }
  }

  /** Tells whether a key of these routing bits is in the slice. */
  public boolean contains(int routing) {
    return (routing & mask) == bits;
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(mask) + "/" + hex.toHexDigits(bits);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no slice
   */
  public static HashSlice parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("no slice: " + text);
    }
    return new HashSlice(
        HexFormat.fromHexDigits(text, 0, slash),
        HexFormat.fromHexDigits(text, slash + 1, text.length()));
  }
}
