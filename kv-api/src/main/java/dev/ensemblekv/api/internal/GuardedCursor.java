// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreClosedException;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The guard around a cursor: each step is a call on the store, a failure is thrown again at every
 * further step, and the engine's cursor is closed once, by its user or by the store.
 */
final class GuardedCursor implements KvCursor {
  private final GuardedStore store;
  private final KvCursor inner;

  // All guarded by this.
  private boolean positioned;
  private boolean closed;
  private @Nullable Throwable failure;

  GuardedCursor(GuardedStore store, KvCursor inner) {
    this.store = store;
    this.inner = inner;
  }

  @Override
  public synchronized boolean next() {
    rethrow();
    if (closed) {
      return false;
    }
    positioned = false;
    positioned = Boolean.TRUE.equals(this.<Boolean>step(inner::next));
    return positioned;
  }

  @Override
  public synchronized byte[] key() {
    checkPositioned();
    return Objects.requireNonNull(this.<byte[]>step(inner::key));
  }

  @Override
  public synchronized byte[] value() {
    checkPositioned();
    return Objects.requireNonNull(this.<byte[]>step(inner::value));
  }

  private <R> @Nullable R step(Supplier<@Nullable R> action) {
    try {
      return store.call("iterate", action);
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    }
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
  public synchronized void close() {
    if (!closed) {
      closed = true;
      try {
        inner.close(); // safe without the gate: a store closes its engine after its known cursors
      } finally {
        store.closed(this);
      }
    }
  }

  /** Closes the engine's cursor because the store is being closed: further steps say so. */
  synchronized void closeByStore() {
    if (!closed) {
      closed = true;
      failure = new StoreClosedException();
      inner.close();
    }
  }

  @Override
  public String toString() {
    return "cursor" + (failure instanceof KvException ? " (failed)" : closed ? " (closed)" : "");
  }
}
