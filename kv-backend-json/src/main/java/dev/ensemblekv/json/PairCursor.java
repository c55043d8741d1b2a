// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.KvCursor;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A cursor over map entries. */
final class PairCursor implements KvCursor {
  private Iterator<Map.Entry<byte[], byte[]>> rest;
  private Map.@Nullable Entry<byte[], byte[]> current;

  PairCursor(Iterator<Map.Entry<byte[], byte[]>> pairs) {
    this.rest = pairs;
  }

  @Override
  public boolean next() {
    current = rest.hasNext() ? rest.next() : null;
    return current != null;
  }

  @Override
  public byte[] key() {
    return entry().getKey().clone();
  }

  @Override
  public byte[] value() {
    return entry().getValue().clone();
  }

  private Map.Entry<byte[], byte[]> entry() {
    if (current == null) {
      throw new NoSuchElementException("the cursor stands on no pair: call next() first");
    }
    return current;
  }

  @Override
  public void close() {
    rest = Collections.emptyIterator();
    current = null;
  }
}
