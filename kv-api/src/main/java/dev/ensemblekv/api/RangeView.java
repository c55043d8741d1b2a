// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The pairs of a store whose keys lie in a range, in the direction of the range: what all views are
 * made of.
 *
 * <p>A bound is a cut between byte strings. Including or excluding a key moves the cut behind or
 * before it, and behind a key is before its successor, the key with a zero byte appended. So head,
 * tail and rest of a range are half-open ranges again, in either direction, and a map, a part of
 * it, its reverse and a collection differ in nothing but their range.
 *
 * <p>A store that is not ordered serves ranges by going through all its pairs; it cannot serve
 * {@link #first}. Thread-safe, as it is immutable.
 */
final class RangeView {
  private static final int CLEAR_KEYS = 1000;

  /** Far below the batch that every store must take: 1 MiB, and a key. */
  private static final int CLEAR_BYTES = 256 << 10;

  private final KvStore store;
  private final KeyRange range;
  private final boolean ordered;

  RangeView(KvStore store, KeyRange range) {
    this.store = store;
    this.range = range;
    this.ordered = store.features().contains(KvFeature.ORDERED);
  }

  KvStore store() {
    return store;
  }

  KeyRange range() {
    return range;
  }

  boolean ordered() {
    return ordered;
  }

  /** Tells whether a key of the range can be in the store at all. */
  boolean canHold(byte[] key) {
    return key.length > 0 && key.length <= store.limits().maxKeyBytes() && range.contains(key);
  }

  /** Compares two keys in the direction of the range. */
  int compare(byte[] a, byte[] b) {
    return range.isReverse() ? Bytes.compare(b, a) : Bytes.compare(a, b);
  }

  /** Returns the part of the range up to a key. */
  KeyRange head(byte[] key, boolean inclusive) {
    return range.intersect(range.isReverse() ? above(key, inclusive) : below(key, inclusive));
  }

  /** Returns the part of the range from a key on. */
  KeyRange tail(byte[] key, boolean inclusive) {
    return range.intersect(range.isReverse() ? below(key, inclusive) : above(key, inclusive));
  }

  private static KeyRange below(byte[] key, boolean inclusive) {
    return KeyRange.to(inclusive ? Bytes.successor(key) : key);
  }

  private static KeyRange above(byte[] key, boolean inclusive) {
    return KeyRange.from(inclusive ? key : Bytes.successor(key));
  }

  /** Returns the first pair of a range in its direction, which need not be that of this view. */
  @Nullable Pair first(KeyRange part, boolean withValue) {
    if (part.isEmpty()) {
      return null;
    }
    try (KvCursor cursor = store.scan(part)) {
      return cursor.next() ? new Pair(cursor.key(), withValue ? cursor.value() : null) : null;
    }
  }

  boolean isEmpty() {
    if (range.isEmpty()) {
      return true;
    }
    try (KvCursor cursor = cursor()) {
      return !nextInRange(cursor);
    }
  }

  /** Returns an iterator that holds nothing of the store between its steps. */
  Iterator<Pair> iterator(boolean withValues) {
    return ordered
        ? new PageIterator.ByKey(this, withValues)
        : new PageIterator.Collected(this, withValues);
  }

  /** Visits all pairs without collecting them, as {@link KvStore#forEach(KvVisitor)}. */
  void forEach(KvVisitor visitor) {
    walk(cursor -> visitor.visit(cursor.key(), cursor.value()));
  }

  /** Visits all keys without reading the values, as {@link #forEach}. */
  void forEachKey(KeyVisitor visitor) {
    walk(cursor -> visitor.visit(cursor.key()));
  }

  long count() {
    long[] keys = new long[1];
    walk(
        cursor -> {
          keys[0]++;
          return true;
        });
    return keys[0];
  }

  /** Deletes all keys that are there during the whole call, in batches of bounded size. */
  void clear() {
    KvBatch batch = new KvBatch();
    forEachKey(
        key -> {
          batch.delete(key);
          if (batch.count() >= CLEAR_KEYS || batch.bytes() >= CLEAR_BYTES) {
            store.write(batch);
            batch.clear();
          }
          return true;
        });
    if (!batch.isEmpty()) {
      store.write(batch);
    }
  }

  private void walk(Step step) {
    if (range.isEmpty()) {
      return;
    }
    try (KvCursor cursor = cursor()) {
      while (nextInRange(cursor)) {
        if (!step.take(cursor)) {
          return;
        }
      }
    }
  }

  private KvCursor cursor() {
    return ordered ? store.scan(range) : store.iterate();
  }

  private boolean nextInRange(KvCursor cursor) {
    while (cursor.next()) {
      if (ordered || range.contains(cursor.key())) {
        return true;
      }
    }
    return false;
  }

  /** What is done with each key; {@code false} stops. */
  interface KeyVisitor {
    boolean visit(byte[] key);
  }

  /** What is done at each position of a cursor; {@code false} stops. */
  private interface Step {
    boolean take(KvCursor cursor);
  }
}
