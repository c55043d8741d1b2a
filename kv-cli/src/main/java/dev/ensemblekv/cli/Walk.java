// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the keys with a prefix: in key order if the store has one, else through all of it.
 */
final class Walk implements AutoCloseable {
  private final KvCursor cursor;
  private final @Nullable KeyRange filter;
  private byte[] key = new byte[0];

  private Walk(KvCursor cursor, @Nullable KeyRange filter) {
    this.cursor = cursor;
    this.filter = filter;
  }

  static Walk over(KvStore store) {
    return over(store, new byte[0]);
  }

  static Walk over(KvStore store, byte[] prefix) {
    KeyRange range = KeyRange.prefix(prefix);
    return isOrdered(store) ? new Walk(store.scan(range), null) : new Walk(store.iterate(), range);
  }

  static boolean isOrdered(KvStore store) {
    return store.features().contains(KvFeature.ORDERED);
  }

  /** Goes to the next pair; returns {@code false} at the end. */
  boolean next() {
    while (cursor.next()) {
      key = cursor.key();
      if (filter == null || filter.contains(key)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the key; it is the caller's until the next step. */
  byte[] key() {
    return key;
  }

  byte[] value() {
    return cursor.value();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
