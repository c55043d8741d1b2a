// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.StoreClosedException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
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

  /** The key of the pair that it stands on, copied once. */
  private byte @Nullable [] key;

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
    boolean positioned = key != null;
    key = null;
    try {
      byte[] found = move(positioned) ? cursor.key().copy(0) : null;
      key = found != null && !range.endsBefore(found) ? found : null;
    } catch (RuntimeException e) {
      throw failures.translate("the scan cannot go on", e);
    }
    return key != null;
  }

  private boolean move(boolean positioned) {
    if (!begun) {
      begun = true;
      return !range.isEmpty() && Bounds.first(cursor, reader.keySlice(), range);
    }
    return positioned && (range.isReverse() ? cursor.prev() : cursor.next());
  }

  @Override
  public synchronized byte[] key() {
    return standing().clone();
  }

  @Override
  public synchronized byte[] value() {
    return values.get(standing(), cursor.val());
  }

  private byte[] standing() {
    checkStore();
    byte[] standing = key;
    if (closed || standing == null) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
    return standing;
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
