// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.StoreClosedException;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.fusesource.leveldbjni.internal.NativeIterator;
import org.jspecify.annotations.Nullable;

/**
 * A walk by an iterator of LevelDB, which shows the database as it was when the iterator was made.
 *
 * <p>At an error LevelDB's iterators look as if they were at their end, or skip what they cannot
 * read. The methods used here throw it; {@code seekToFirst} and {@code seekToLast} do not, so that
 * the first is avoided and the second is followed by one that does.
 *
 * <p>No step needs the gate: the database is deleted only after all of its cursors were closed, and
 * to close one has to wait until the step that it is in has ended.
 */
final class LevelDbCursor implements KvCursor {
  /** No key is less. */
  private static final byte[] LEAST_KEY = {0};

  private final Errors errors;
  private final KeyRange range;
  private final Consumer<LevelDbCursor> onClose;

  /** Of its own, as one that was asked for its identity hash has a slow monitor. */
  private final int hash = ThreadLocalRandom.current().nextInt();

  // All guarded by this.
  private @Nullable NativeIterator iterator;
  private boolean started;
  private byte @Nullable [] key;
  private boolean closedByStore;

  /** Turns an error of LevelDB into what is thrown. */
  @FunctionalInterface
  interface Errors {
    RuntimeException of(IOException error);
  }

  /**
   * Creates the cursor.
   *
   * @param onClose is told once that the iterator is gone
   */
  LevelDbCursor(
      NativeIterator iterator, Errors errors, KeyRange range, Consumer<LevelDbCursor> onClose) {
    this.iterator = iterator;
    this.errors = errors;
    this.range = range;
    this.onClose = onClose;
  }

  @Override
  public synchronized boolean next() {
    checkStore();
    NativeIterator open = iterator;
    boolean atEnd = started && key == null;
    key = null;
    if (open == null || atEnd || range.isEmpty()) {
      return false;
    }
    try {
      if (!started) {
        started = true;
        begin(open);
      } else if (range.isReverse()) {
        open.prev();
      } else {
        open.next();
      }
      byte[] found = open.isValid() ? open.key() : null;
      // the empty key is not a user's
      key = found != null && found.length > 0 && !range.endsBefore(found) ? found : null;
      return key != null;
    } catch (IOException e) {
      throw errors.of(e);
    }
  }

  private void begin(NativeIterator open) throws IOException {
    if (!range.isReverse()) {
      open.seek(range.from().filter(from -> from.length > 0).orElse(LEAST_KEY));
      return;
    }
    if (range.to().isPresent()) {
      open.seek(range.to().get()); // the first that is too great
      if (open.isValid()) {
        open.prev();
        return;
      }
    }
    open.seekToLast();
    if (!open.isValid()) {
      open.seek(LEAST_KEY); // there is none either, or it tells why
    }
  }

  @Override
  public synchronized byte[] key() {
    return standing().clone();
  }

  @Override
  public synchronized byte[] value() {
    standing();
    NativeIterator open = iterator;
    if (open == null) {
      throw new NoSuchElementException("the cursor is closed");
    }
    try {
      return open.value();
    } catch (IOException e) {
      throw errors.of(e);
    }
  }

  private byte[] standing() {
    checkStore();
    byte[] standing = key;
    if (standing == null) {
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
  public void close() {
    synchronized (this) {
      key = null;
      if (iterator != null) {
        iterator.delete();
        iterator = null;
      }
    }
    onClose.accept(this);
  }

  /** Closes it because the store is being closed: further steps say so. */
  synchronized void closeByStore() {
    if (iterator != null) {
      closedByStore = true;
      close();
    }
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
