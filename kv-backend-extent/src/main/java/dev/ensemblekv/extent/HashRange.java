// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of all hashes, by their order as unsigned numbers.
 *
 * @param from the first
 * @param last the last
 */
record HashRange(long from, long last) {
  static final HashRange ALL = new HashRange(0, -1L);

  boolean contains(long order) {
    return Long.compareUnsigned(order, from) >= 0 && Long.compareUnsigned(order, last) <= 0;
  }

  /** Returns the first of so many equal parts. */
  static HashRange first(long count) {
    return new HashRange(0, Long.divideUnsigned(-1L, count));
  }

  /** Returns equal parts that make up the whole, in order. */
  static List<HashRange> parts(int count) {
    List<HashRange> parts = new ArrayList<>(count);
    long width = Long.divideUnsigned(-1L, count);
    long from = 0;
    for (int i = 1; i < count; i++) {
      parts.add(new HashRange(from, from + width - 1));
      from += width;
    }
    parts.add(new HashRange(from, -1L));
    return parts;
  }
}
