// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.AbstractMap;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * A range of a store as a concurrent map.
 *
 * <p>Keys and values are compared by their bytes. All that depends on a present value goes by
 * compareAndSet: it fails, and is tried again with the value found, if someone else was quicker.
 */
class StoreMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
  final RangeView view;
  final KvCodec<K> keys;
  final KvCodec<V> values;
  private final KvStore store;
  private final boolean atomic;

  StoreMap(RangeView view, KvCodec<K> keys, KvCodec<V> values) {
    this.view = view;
    this.keys = Objects.requireNonNull(keys, "keyCodec");
    this.values = Objects.requireNonNull(values, "valueCodec");
    this.store = view.store();
    this.atomic = store.features().contains(KvFeature.COMPARE_AND_SET);
  }

  @Override
  public @Nullable V get(Object key) {
    byte[] bytes = keyBytes(key);
    return view.canHold(bytes) ? valueOrNull(store.get(bytes)) : null;
  }

  @Override
  public boolean containsKey(Object key) {
    byte[] bytes = keyBytes(key);
    return view.canHold(bytes) && store.exists(bytes);
  }

  @Override
  public boolean containsValue(Object value) {
    byte[] bytes = valueBytes(value);
    for (Iterator<Pair> pairs = view.iterator(true); pairs.hasNext(); ) {
      if (Bytes.equal(pairs.next().value(), bytes)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public @Nullable V put(K key, V value) {
    return valueOrNull(swap(keyForWriting(key), valueBytes(value)));
  }

  /** Writes each pair without reading the value it replaces. */
  @Override
  public void putAll(Map<? extends K, ? extends V> map) {
    map.forEach((key, value) -> store.put(keyForWriting(key), valueBytes(value)));
  }

  @Override
  public @Nullable V remove(Object key) {
    byte[] bytes = keyBytes(key);
    return view.canHold(bytes) ? valueOrNull(swap(bytes, null)) : null;
  }

  /** Writes a value, or deletes the key, and returns what was there. */
  private byte @Nullable [] swap(byte[] key, byte @Nullable [] value) {
    while (true) {
      byte[] old = store.get(key);
      if (old == null && value == null) {
        return null;
      }
      if (atomic) {
        if (store.compareAndSet(key, old, value)) {
          return old;
        }
      } else {
        if (value == null) {
          store.delete(key);
        } else {
          store.put(key, value);
        }
        return old;
      }
    }
  }

  @Override
  public @Nullable V putIfAbsent(K key, V value) {
    byte[] bytes = keyForWriting(key);
    byte[] replacement = valueBytes(value);
    while (!store.compareAndSet(bytes, null, replacement)) {
      byte[] present = store.get(bytes);
      if (present != null) {
        return values.decode(present);
      }
    }
    return null;
  }

  @Override
  public boolean remove(Object key, Object value) {
    byte[] bytes = keyBytes(key);
    byte[] expected = valueBytes(value);
    return view.canHold(bytes) && store.compareAndSet(bytes, expected, null);
  }

  @Override
  public boolean replace(K key, V oldValue, V newValue) {
    byte[] expected = valueBytes(oldValue);
    byte[] replacement = valueBytes(newValue);
    return store.compareAndSet(keyForWriting(key), expected, replacement);
  }

  @Override
  public @Nullable V replace(K key, V value) {
    byte[] bytes = keyForWriting(key);
    byte[] replacement = valueBytes(value);
    while (true) {
      byte[] old = store.get(bytes);
      if (old == null || store.compareAndSet(bytes, old, replacement)) {
        return valueOrNull(old);
      }
    }
  }

  @Override
  public void clear() {
    view.clear();
  }

  @Override
  public int size() {
    boolean whole = view.range().from().isEmpty() && view.range().to().isEmpty();
    return (int) Math.min(whole ? store.size() : view.count(), Integer.MAX_VALUE);
  }

  @Override
  public boolean isEmpty() {
    return view.isEmpty();
  }

  @Override
  public Set<K> keySet() {
    return new MapParts.Keys<>(this);
  }

  @Override
  public Collection<V> values() {
    return new MapParts.Values<>(this);
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return new MapParts.Entries<>(this);
  }

  /** Tells whether a pair that was seen is still there. */
  boolean holds(Object key, Object value) {
    byte[] bytes = keyBytes(key);
    byte[] expected = valueBytes(value);
    return view.canHold(bytes) && Bytes.equal(store.get(bytes), expected);
  }

  /**
   * Removes what an iterator saw: a key whatever its value; a pair, where the store can compare,
   * only if the key still has this value, as otherwise the pair is gone and another one there.
   */
  void removeSeen(Pair pair) {
    if (pair.value != null && atomic) {
      store.compareAndSet(pair.key, pair.value, null);
    } else {
      store.delete(pair.key);
    }
  }

  /** Writes a value through a pair that an iterator saw. */
  void writeSeen(Pair pair, V value) {
    byte[] bytes = valueBytes(value);
    store.put(pair.key, bytes);
    pair.value = bytes;
  }

  byte[] keyForWriting(K key) {
    byte[] bytes = keyBytes(key);
    if (!view.range().contains(bytes) && bytes.length > 0) {
      throw new IllegalArgumentException(
          "the key " + key + " lies outside the range of this map, " + view.range());
    }
    return bytes;
  }

  /** Encodes a key; one of another type is a {@link ClassCastException} thrown by the codec. */
  @SuppressWarnings("unchecked")
  byte[] keyBytes(Object key) {
    return keys.encode((K) Objects.requireNonNull(key, "key"));
  }

  @SuppressWarnings("unchecked")
  private byte[] valueBytes(Object value) {
    return values.encode((V) Objects.requireNonNull(value, "value"));
  }

  private @Nullable V valueOrNull(byte @Nullable [] bytes) {
    return bytes == null ? null : values.decode(bytes);
  }
}
