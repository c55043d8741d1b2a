// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreClosedException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The guard around a cursor: no step is taken in a closed store, a failure is thrown again at every
 * further step, and the engine's cursor is closed once, by its user or by the store.
 *
 * <p>A step need not enter the gate of the store: the store closes its cursors before its engine,
 * and to close one has to wait until the step that it is in has ended. The lock for that is the
 * engine's cursor, as some engines lock it themselves: compiled code takes a lock once that is
 * taken within itself, if it sees by a local variable that it is the same.
 */
final class GuardedCursor implements KvCursor {
  private final GuardedStore store;
  private final KvCursor inner;

  // All guarded by the engine's cursor.
  private boolean positioned;
  private boolean closed;
  private @Nullable Throwable failure;

  GuardedCursor(GuardedStore store, KvCursor inner) {
    this.store = store;
    this.inner = inner;
  }

  @Override
  public boolean next() {
    KvCursor cursor = inner;
    synchronized (cursor) {
      rethrow();
      if (closed) {
        return false;
      }
      positioned = false;
      try {
        store.checkOpen();
        positioned = cursor.next();
        return positioned;
      } catch (RuntimeException | Error e) {
        failed(e);
        throw e;
      }
    }
  }

  @Override
  public byte[] key() {
    KvCursor cursor = inner;
    synchronized (cursor) {
      checkPositioned();
      try {
        store.checkOpen();
        return cursor.key();
      } catch (RuntimeException | Error e) {
        failed(e);
        throw e;
      }
    }
  }

  @Override
  public byte[] value() {
    KvCursor cursor = inner;
    synchronized (cursor) {
      checkPositioned();
      try {
        store.checkOpen();
        return cursor.value();
      } catch (RuntimeException | Error e) {
        failed(e);
        throw e;
      }
    }
  }

  private void failed(Throwable e) {
    if (e instanceof KvException kv) {
      store.located(kv, "iterate");
    }
    failure = e;
  }

  private void rethrow() {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private void checkPositioned() {
    if (failure instanceof StoreClosedException closing) {
      throw closing;
    }
    if (!positioned || closed) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
  }

  @Override
  public void close() {
    synchronized (inner) {
      if (!closed) {
        closed = true;
        try {
          inner.close();
        } finally {
          store.closed(this);
        }
      }
    }
  }

  /** Closes the engine's cursor because the store is being closed: further steps say so. */
  void closeByStore() {
    synchronized (inner) {
      if (!closed) {
        closed = true;
        failure = new StoreClosedException();
        inner.close();
      }
    }
  }

  @Override
  public String toString() {
    return "cursor" + (failure instanceof KvException ? " (failed)" : closed ? " (closed)" : "");
  }
}
