// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Txn;

/** The changes that can be made in a writing transaction. */
final class WriteTransaction {
  private final Database database;
  private final Values values;
  private final Txn<Slice> txn;
  private final Slice keySlice;
  private boolean dirty;

  WriteTransaction(Database database, Values values, Txn<Slice> txn, Slice keySlice) {
    this.database = database;
    this.values = values;
    this.txn = txn;
    this.keySlice = keySlice;
  }

  /** Tells whether anything was changed. */
  boolean isDirty() {
    return dirty;
  }

  /** Stores a value, or removes a key. */
  void set(byte[] key, byte @Nullable [] value) {
    if (value == null) {
      dirty |= database.dbi().delete(txn, keySlice.set(key));
    } else {
      values.put(txn, keySlice, key, value);
      dirty = true;
    }
  }

  /** Does {@link #set} if the value is as expected, and tells whether it was. */
  boolean setIf(byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    Slice stored = database.dbi().get(txn, keySlice.set(key));
    byte[] value = stored == null ? null : values.get(key, stored);
    if (!Arrays.equals(value, expected)) {
      return false;
    }
    if (value != null || replacement != null) {
      set(key, replacement);
    }
    return true;
  }

  /** Sets the number of the last journaled batch. */
  void setJournal(long number) {
    database.setJournal(txn, keySlice, number);
    dirty = true;
  }

  /** Does all of a batch. */
  void setAll(KvBatch batch) {
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            set(key, value);
          }

          @Override
          public void delete(byte[] key) {
            set(key, null);
          }
        });
  }
}
