// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;

/**
 * Other faces of a store: collections, typed access, maps.
 *
 * <p>A view keeps no state of its own. It writes to the store and sees what others write there, so
 * any number of views of one store may be used together, by any number of threads. Closing the
 * store ends them: they throw {@link StoreClosedException}. Errors of the store reach their callers
 * as they are.
 *
 * <p><b>The maps.</b> Keys and values are compared by their bytes. {@code null} is refused. A key
 * that the store cannot hold, being empty or too long, is absent when looked up, and an {@link
 * IllegalArgumentException} when put. A key or value that its codec refuses is an {@link
 * IllegalArgumentException}; one of another type, where {@link java.util.Map} takes any object, is
 * a {@link ClassCastException}.
 *
 * <p>With {@link KvFeature#COMPARE_AND_SET}, the methods that change one key are atomic; those
 * which take a function may call it more than once. {@code put} and {@code remove} read the old
 * value to return it; {@link #typed} does not. Without the feature, what {@code put} and {@code
 * remove} return may be outdated by a concurrent writer, and {@code putIfAbsent}, {@code replace},
 * {@code remove(key, value)}, {@code poll...}, the removal of an entry from the entry set, and
 * {@code compute...} and {@code merge} once they come to write, throw {@link
 * UnsupportedOperationException}.
 *
 * <p>Iterators are weakly consistent: they show each key that is there throughout exactly once, and
 * one that comes or goes meanwhile at most once. They hold no cursor: they fetch a page of pairs at
 * a time, going on behind its last key, so they may be abandoned. Over a store that is not {@link
 * KvFeature#ORDERED} this is impossible, and they first collect all keys in memory; {@link
 * KvStore#forEach(KvVisitor)} does not. Removing a key by an iterator removes it whatever its value
 * is by now. Removing a value or an entry does so only if the value is still the one seen, where
 * the store can compare; {@code removeIf} thus never removes what it has not tested. The entries of
 * iterators show the value seen when they were reached, and {@code setValue} puts into the store;
 * all other entries are immutable copies.
 *
 * <p>{@code size()} is that of the store, at most {@link Integer#MAX_VALUE}; that of a part of a
 * map is found by counting. {@code clear()} deletes in batches of bounded size what is there
 * throughout the call, and {@code containsValue} reads everything.
 */
public final class KvViews {
  private KvViews() {}

  /**
   * Returns a view of the keys that begin with the name of a collection and a slash, which refuses
   * to read the whole store.
   *
   * @throws IllegalArgumentException if the name is empty or has an unpaired surrogate
   */
  public static KvCollection collection(KvStore store, String name) {
    return collection(store, name, FullScan.REFUSED);
  }

  /**
   * Returns a view of the keys that begin with the name of a collection and a slash.
   *
   * @param fullScan whether it may read the whole store to find these keys, if that is not ordered
   * @throws IllegalArgumentException if the name is empty or has an unpaired surrogate
   */
  public static KvCollection collection(KvStore store, String name, FullScan fullScan) {
    return new KvCollection(store, name, fullScan);
  }

  /** Returns a store of objects. */
  public static <K, V> KvTypedStore<K, V> typed(
      KvStore store, KvCodec<K> keyCodec, KvCodec<V> valueCodec) {
    return new KvTypedStore<>(store, keyCodec, valueCodec);
  }

  /** Returns a map of the whole store, which has an order only if the store iterates in one. */
  public static <K, V> ConcurrentMap<K, V> map(
      KvStore store, KvCodec<K> keyCodec, KvCodec<V> valueCodec) {
    return new StoreMap<>(new RangeView(store, KeyRange.all()), keyCodec, valueCodec);
  }

  /**
   * Returns a map of the whole store, sorted by the bytes of the keys as unsigned numbers; its
   * comparator tells the same. Each step to a neighbour, such as {@code higherKey}, and each page
   * of an iterator, is one {@link KvStore#scan}.
   *
   * <p>A bound of a part need not be a key. Bounds outside of the part that they narrow are an
   * {@link IllegalArgumentException}.
   *
   * @throws UnsupportedOperationException without {@link KvFeature#ORDERED}
   */
  public static <K, V> ConcurrentNavigableMap<K, V> navigableMap(
      KvStore store, KvCodec<K> keyCodec, KvCodec<V> valueCodec) {
    RangeView view = new RangeView(Objects.requireNonNull(store, "store"), KeyRange.all());
    if (!view.ordered()) {
      throw KvFeature.ORDERED.unsupported("navigableMap");
    }
    return new StoreNavigableMap<>(view, keyCodec, valueCodec);
  }
}
