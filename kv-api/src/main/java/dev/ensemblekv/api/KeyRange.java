// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A half-open range of keys in unsigned lexicographic order, and the direction to go through it.
 * Immutable.
 *
 * <p>A bound need not be a key: any byte string will do, also one that is longer than the longest
 * key of a store. An empty lower bound is none.
 */
public final class KeyRange {
  private static final KeyRange ALL = new KeyRange(null, null, false);

  private final byte @Nullable [] from;
  private final byte @Nullable [] to;
  private final boolean reverse;

  private KeyRange(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {
    this.from = from != null && from.length == 0 ? null : from; // no key is below the empty bound
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

  /**
   * Tells whether a key that is not before the beginning of the range lies behind its end, in the
   * direction of the range: who goes through keys in order need not look at both bounds.
   */
  public boolean endsBefore(byte[] key) {
    return reverse
        ? from != null && Arrays.compareUnsigned(key, from) < 0
        : to != null && Arrays.compareUnsigned(key, to) >= 0;
  }

  /** Tells whether no key can lie in the range. */
  public boolean isEmpty() {
    return to != null
        && (to.length == 0 || (from != null && Arrays.compareUnsigned(from, to) >= 0));
  }

  /** Returns the keys that lie in both ranges, in the direction of this one. */
  KeyRange intersect(KeyRange other) {
    byte[] greaterFrom =
        from == null || (other.from != null && Bytes.compare(other.from, from) > 0)
            ? other.from
            : from;
    byte[] lesserTo =
        to == null || (other.to != null && Bytes.compare(other.to, to) < 0) ? other.to : to;
    return new KeyRange(greaterFrom, lesserTo, reverse);
  }

  /**
   * Tells whether a key lies in the range, or is what excludes everything beyond one of its ends.
   */
  boolean containsOrBounds(byte[] key) {
    return (from == null || Bytes.compare(Bytes.successor(key), from) >= 0)
        && (to == null || Bytes.compare(key, to) <= 0);
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
