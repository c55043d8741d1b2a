// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The iteration of a store that can only push: collects the keys, then gets them one by one. */
final class CollectedKeysCursor implements KvCursor {
  private final KvStore store;
  private final List<byte[]> keys = new ArrayList<>();
  private int nextIndex;
  private byte @Nullable [] key;
  private byte @Nullable [] value;

  CollectedKeysCursor(KvStore store) {
    this.store = store;
    store.forEach(
        (key, value) -> {
          keys.add(key);
          return true;
        });
  }

  @Override
  public boolean next() {
    while (nextIndex < keys.size()) {
      key = keys.get(nextIndex++);
      value = store.get(key);
      if (value != null) {
        return true;
      }
    }
    key = null;
    value = null;
    return false;
  }

  @Override
  public byte[] key() {
    return positioned(key).clone();
  }

  @Override
  public byte[] value() {
    return positioned(value).clone();
  }

  @Override
  public void close() {
    nextIndex = keys.size();
  }

  private static byte[] positioned(byte @Nullable [] bytes) {
    if (bytes == null) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
    return bytes;
  }
}
