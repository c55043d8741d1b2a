// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A library that is a map from arrays to arrays: a batch is one put after the other, not atomic.
 */
abstract class MapEngine implements Engine {
  private final boolean sync;

  MapEngine(boolean sync) {
    this.sync = sync;
  }

  /** Returns the map. */
  abstract Map<byte[], byte[]> map();

  /** Returns an array that the map does not have: a copy, unless the map itself makes copies. */
  abstract byte[] own(byte[] array);

  @Override
  public final byte @Nullable [] get(byte[] key) {
    byte[] value = map().get(key);
    return value == null ? null : own(value);
  }

  @Override
  public final void put(byte[] key, byte[] value) {
    map().put(own(key), own(value));
    flushIfSync();
  }

  @Override
  public final void delete(byte[] key) {
    map().remove(key);
    flushIfSync();
  }

  @Override
  public final void putAll(List<byte[]> keys, List<byte[]> values) {
    for (int i = 0; i < keys.size(); i++) {
      map().put(own(keys.get(i)), own(values.get(i)));
    }
    flushIfSync();
  }

  private void flushIfSync() {
    if (sync) {
      flush();
    }
  }
}
