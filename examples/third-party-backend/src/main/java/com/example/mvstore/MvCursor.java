// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVStoreException;

/** A walk over a snapshot, which it holds until it is closed. */
final class MvCursor implements KvCursor {
  private final Snapshot snapshot;
  private final KeyRange range;
  private final Function<MVStoreException, KvException> translation;
  private Cursor<byte[], byte[]> cursor;
  private KvException failure;
  private byte[] key;
  private boolean closed;

  MvCursor(Snapshot snapshot, KeyRange range, Function<MVStoreException, KvException> translation) {
    this.snapshot = snapshot;
    this.range = range;
    this.translation = translation;
  }

  @Override
  public boolean next() {
    key = null;
    if (closed || range.isEmpty()) {
      return false;
    }
    if (failure != null) {
      throw failure; // an error never looks like the end
    }
    try {
      byte[] found = step();
      key = found != null && range.contains(found) ? found : null;
    } catch (MVStoreException e) {
      failure = translation.apply(e);
      throw failure;
    }
    return key != null;
  }

  /** Returns the next key, which may lie beyond the end of the range. */
  private byte[] step() {
    if (cursor != null) {
      return cursor.hasNext() ? cursor.next() : null;
    }
    byte[] from = range.from().orElse(null);
    byte[] to = range.to().orElse(null);
    byte[] start = range.isReverse() ? to : from;
    byte[] end = range.isReverse() ? from : to;
    cursor = new Cursor<>(snapshot.root, start, end, range.isReverse());
    byte[] first = cursor.hasNext() ? cursor.next() : null;
    boolean excluded = range.isReverse() && first != null && Arrays.equals(first, to);
    return excluded ? step() : first;
  }

  @Override
  public byte[] key() {
    return onPair(key).clone();
  }

  @Override
  public byte[] value() {
    onPair(key);
    return cursor.getValue().clone();
  }

  private static byte[] onPair(byte[] key) {
    if (key == null) {
      throw new NoSuchElementException("the cursor stands on no pair");
    }
    return key;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      key = null;
      snapshot.release();
    }
  }
}
