// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A half-open range of keys in unsigned lexicographic order, and the direction to go through it.
 * Immutable.
 */
public final class KeyRange {
  private static final KeyRange ALL = new KeyRange(null, null, false);

  private final byte @Nullable [] from;
  private final byte @Nullable [] to;
  private final boolean reverse;

  private KeyRange(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
    this.from = from;
    this.to = to;
    this.reverse = reverse;
  }

  /** Returns the range of all keys. */
  public static KeyRange all() {
    return ALL;
  }

  /**
   * Returns the range from one key to another; empty if {@code to} is not greater than {@code
   * from}.
   *
   * @param from least key, inclusive
   * @param to upper bound, exclusive
   */
  public static KeyRange of(byte[] from, byte[] to) {
    return new KeyRange(from.clone(), to.clone(), false);
  }

  /** Returns the range of all keys from a key, inclusive. */
  public static KeyRange from(byte[] from) {
    return new KeyRange(from.clone(), null, false);
  }

  /** Returns the range of all keys below a key. */
  public static KeyRange to(byte[] to) {
    return new KeyRange(null, to.clone(), false);
  }

  /** Returns the range of all keys that begin with a prefix; the empty prefix begins every key. */
  public static KeyRange prefix(byte[] prefix) {
    return prefix.length == 0
        ? ALL
        : new KeyRange(prefix.clone(), Bytes.endOfPrefix(prefix), false);
  }

  /** Returns the same keys in the other direction. */
  public KeyRange reversed() {
    return new KeyRange(from, to, !reverse);
  }

  /** Returns a copy of the least key of the range, inclusive, if it is bounded below. */
  public Optional<byte[]> from() {
    return Optional.ofNullable(from).map(byte[]::clone);
  }

  /** Returns a copy of the upper bound, exclusive, if the range is bounded above. */
  public Optional<byte[]> to() {
    return Optional.ofNullable(to).map(byte[]::clone);
  }

  /** Tells whether the keys are gone through from the greatest to the least. */
  public boolean isReverse() {
    return reverse;
  }

  /** Tells whether a key lies in the range. */
  public boolean contains(byte[] key) {
    return (from == null || Arrays.compareUnsigned(key, from) >= 0)
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  /** Tells whether no key can lie in the range. */
  public boolean isEmpty() {
    return to != null
        && (to.length == 0 || (from != null && Arrays.compareUnsigned(from, to) >= 0));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyRange that
        && Arrays.equals(from, that.from)
        && Arrays.equals(to, that.to)
        && reverse == that.reverse;
  }

  @Override
  public int hashCode() {
    return (31 * Arrays.hashCode(from) + Arrays.hashCode(to)) * 2 + (reverse ? 1 : 0);
  }

  @Override
  public String toString() {
    return "["
        + (from == null ? "first" : Bytes.show(from))
        + ", "
        + (to == null ? "end" : Bytes.show(to))
        + (reverse ? ") reversed" : ")");
  }
}
