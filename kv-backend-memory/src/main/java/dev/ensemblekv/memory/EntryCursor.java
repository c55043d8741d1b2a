// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.memory;

import dev.ensemblekv.api.KvCursor;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A cursor made of map entries. */
abstract class EntryCursor implements KvCursor {
  private Map.@Nullable Entry<byte[], byte[]> current;
  private boolean closed;

  /** Returns the next entry, or {@code null} at the end. */
  abstract Map.@Nullable Entry<byte[], byte[]> step();

  @Override
  public boolean next() {
    current = closed ? null : step();
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
    closed = true;
    current = null;
  }
}
