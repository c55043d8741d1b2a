// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;

/** A walk over the keys with a prefix: in key order if the store has one, else through all of it. */
final class Walk implements AutoCloseable {
  private final KvCursor cursor;
  private final KeyRange range;

  private Walk(KvCursor cursor, KeyRange range) {
    this.cursor = cursor;
    this.range = range;
  }

  static Walk over(KvStore store) {
    return over(store, new byte[0]);
  }

  static Walk over(KvStore store, byte[] prefix) {
    KeyRange range = KeyRange.prefix(prefix);
    return new Walk(isOrdered(store) ? store.scan(range) : store.iterate(), range);
  }

  static boolean isOrdered(KvStore store) {
    return store.features().contains(KvFeature.ORDERED);
  }

  /** Goes to the next pair; returns {@code false} at the end. */
  boolean next() {
    while (cursor.next()) {
      if (range.contains(cursor.key())) {
        return true;
      }
    }
    return false;
  }

  byte[] key() {
    return cursor.key();
  }

  byte[] value() {
    return cursor.value();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
