// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.StoreClosedException;
import java.util.NoSuchElementException;
import org.lmdbjava.Cursor;

/**
 * A walk over a range as it was when it began: it holds a reader until it is closed. Synchronized,
 * as it may be closed by any thread, and by the store.
 */
final class Scan implements KvCursor {
  private final Readers readers;
  private final Values values;
  private final Failures failures;
  private final KeyRange range;
  private final Reader reader;
  private final Cursor<Slice> cursor;
  private boolean begun;
  private boolean positioned;
  private boolean closed;
  private boolean closedByStore;

  Scan(Database database, Readers readers, Values values, Failures failures, KeyRange range) {
    this.readers = readers;
    this.values = values;
    this.failures = failures;
    this.range = range;
    this.reader = readers.begin();
    try {
      this.cursor = database.dbi().openCursor(reader.txn());
      reader.hold(this);
    } catch (RuntimeException | Error e) {
      readers.end(reader);
      throw e;
    }
  }

  @Override
  public synchronized boolean next() {
    checkStore();
    if (closed) {
      return false;
    }
    reader.heldByThisThread();
    try {
      positioned = move() && range.contains(cursor.key().copy(0));
    } catch (RuntimeException e) {
      positioned = false;
      throw failures.translate("the scan cannot go on", e);
    }
    return positioned;
  }

  private boolean move() {
    if (!begun) {
      begun = true;
      return !range.isEmpty() && Bounds.first(cursor, reader.keySlice(), range);
    }
    return positioned && (range.isReverse() ? cursor.prev() : cursor.next());
  }

  @Override
  public synchronized byte[] key() {
    checkPositioned();
    return cursor.key().copy(0);
  }

  @Override
  public synchronized byte[] value() {
    checkPositioned();
    return values.get(cursor.key().copy(0), cursor.val());
  }

  private void checkPositioned() {
    checkStore();
    if (closed || !positioned) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
  }

  private void checkStore() {
    if (closedByStore) {
      throw new StoreClosedException();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      try {
        cursor.close();
      } finally {
        readers.end(reader);
      }
    }
  }

  /** Closes it because the store is being closed: further steps say so. */
  synchronized void closeByStore() {
    if (!closed) {
      closedByStore = true;
      close();
    }
  }
}
