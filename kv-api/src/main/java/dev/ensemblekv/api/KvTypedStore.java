// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A store whose keys and values are objects, translated by codecs. Made by {@link KvViews#typed}.
 *
 * <p>Each method does what the method of {@link KvStore} of the same name does, with its costs, its
 * atomicity and its errors; besides, it throws {@link IllegalArgumentException} if a codec refuses
 * an object, or bytes that it finds in the store. Thread-safe. Closing the store is left to its
 * owner.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class KvTypedStore<K, V> {
  private final KvStore store;
  private final KvCodec<K> keys;
  private final KvCodec<V> values;

  KvTypedStore(KvStore store, KvCodec<K> keys, KvCodec<V> values) {
    this.store = Objects.requireNonNull(store, "store");
    this.keys = Objects.requireNonNull(keys, "keyCodec");
    this.values = Objects.requireNonNull(values, "valueCodec");
  }

  /** Returns the value last put under a key, or {@code null} if the key is absent. */
  public @Nullable V get(K key) {
    return valueOrNull(store.get(keys.encode(key)));
  }

  /** Tells whether a key is present, without decoding its value. */
  public boolean exists(K key) {
    return store.exists(keys.encode(key));
  }

  /** Returns the values of several keys, in their order, {@code null} where one is absent. */
  public List<@Nullable V> getAll(List<? extends K> keys) {
    List<byte[]> encoded = new ArrayList<>(keys.size());
    for (K key : keys) {
      encoded.add(this.keys.encode(key));
    }
    List<@Nullable V> result = new ArrayList<>(encoded.size());
    for (byte[] bytes : store.getAll(encoded)) {
      result.add(valueOrNull(bytes));
    }
    return result;
  }

  /** Stores a value under a key, replacing what was there. */
  public void put(K key, V value) {
    store.put(keys.encode(key), values.encode(value));
  }

  /** Removes a key; does nothing if it is absent. */
  public void delete(K key) {
    store.delete(keys.encode(key));
  }

  /**
   * Replaces the value of a key if its bytes are those of the value that the caller expects.
   *
   * @param expected the value the key must have; {@code null}: the key must be absent
   * @param replacement the new value; {@code null} deletes the key
   * @return whether the value was as expected, and so was replaced
   * @throws UnsupportedOperationException without {@link KvFeature#COMPARE_AND_SET}
   */
  public boolean compareAndSet(K key, @Nullable V expected, @Nullable V replacement) {
    return store.compareAndSet(
        keys.encode(key),
        expected == null ? null : values.encode(expected),
        replacement == null ? null : values.encode(replacement));
  }

  /**
   * Visits all pairs, in no particular order unless the store says so. The visitor stops the walk
   * by returning {@code false}; it may read and write the store but not close it.
   */
  public void forEach(BiPredicate<? super K, ? super V> visitor) {
    Objects.requireNonNull(visitor, "visitor");
    store.forEach((key, value) -> visitor.test(keys.decode(key), values.decode(value)));
  }

  private @Nullable V valueOrNull(byte @Nullable [] bytes) {
    return bytes == null ? null : values.decode(bytes);
  }

  @Override
  public String toString() {
    return "KvTypedStore[" + keys + ", " + values + "]";
  }
}
