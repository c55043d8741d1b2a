// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentNavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * A range of an ordered store as a sorted concurrent map. Every question about neighbours is one
 * for the first pair of some range, and every part of the map is a map of a narrower range.
 */
final class StoreNavigableMap<K, V> extends StoreMap<K, V> implements ConcurrentNavigableMap<K, V> {

  StoreNavigableMap(RangeView view, KvCodec<K> keys, KvCodec<V> values) {
    super(view, keys, values);
  }

  @Override
  public Comparator<? super K> comparator() {
    Comparator<K> order = new EncodedOrder<>(keys);
    return view.range().isReverse() ? Collections.reverseOrder(order) : order;
  }

  @Override
  public Map.@Nullable Entry<K, V> firstEntry() {
    return entry(view.range());
  }

  @Override
  public Map.@Nullable Entry<K, V> lastEntry() {
    return entry(view.range().reversed());
  }

  @Override
  public Map.@Nullable Entry<K, V> lowerEntry(K key) {
    return entry(view.head(keyBytes(key), false).reversed());
  }

  @Override
  public Map.@Nullable Entry<K, V> floorEntry(K key) {
    return entry(view.head(keyBytes(key), true).reversed());
  }

  @Override
  public Map.@Nullable Entry<K, V> ceilingEntry(K key) {
    return entry(view.tail(keyBytes(key), true));
  }

  @Override
  public Map.@Nullable Entry<K, V> higherEntry(K key) {
    return entry(view.tail(keyBytes(key), false));
  }

  @Override
  public K firstKey() {
    return present(key(view.range()));
  }

  @Override
  public K lastKey() {
    return present(key(view.range().reversed()));
  }

  @Override
  public @Nullable K lowerKey(K key) {
    return key(view.head(keyBytes(key), false).reversed());
  }

  @Override
  public @Nullable K floorKey(K key) {
    return key(view.head(keyBytes(key), true).reversed());
  }

  @Override
  public @Nullable K ceilingKey(K key) {
    return key(view.tail(keyBytes(key), true));
  }

  @Override
  public @Nullable K higherKey(K key) {
    return key(view.tail(keyBytes(key), false));
  }

  @Override
  public Map.@Nullable Entry<K, V> pollFirstEntry() {
    return poll(view.range());
  }

  @Override
  public Map.@Nullable Entry<K, V> pollLastEntry() {
    return poll(view.range().reversed());
  }

  private Map.@Nullable Entry<K, V> poll(KeyRange range) {
    while (true) {
      Pair pair = view.first(range, true);
      if (pair == null) {
        return null;
      }
      if (view.store().compareAndSet(pair.key, pair.value(), null)) {
        return entry(pair);
      }
    }
  }

  private Map.@Nullable Entry<K, V> entry(KeyRange range) {
    Pair pair = view.first(range, true);
    return pair == null ? null : entry(pair);
  }

  private Map.Entry<K, V> entry(Pair pair) {
    return new SimpleImmutableEntry<>(keys.decode(pair.key), values.decode(pair.value()));
  }

  private @Nullable K key(KeyRange range) {
    Pair pair = view.first(range, false);
    return pair == null ? null : keys.decode(pair.key);
  }

  private static <T> T present(@Nullable T key) {
    if (key == null) {
      throw new NoSuchElementException("the map is empty");
    }
    return key;
  }

  @Override
  public ConcurrentNavigableMap<K, V> headMap(K to) {
    return headMap(to, false);
  }

  @Override
  public ConcurrentNavigableMap<K, V> tailMap(K from) {
    return tailMap(from, true);
  }

  @Override
  public ConcurrentNavigableMap<K, V> subMap(K from, K to) {
    return subMap(from, true, to, false);
  }

  @Override
  public ConcurrentNavigableMap<K, V> headMap(K to, boolean inclusive) {
    byte[] toBytes = keyBytes(to);
    checkBound(to, toBytes, inclusive);
    return part(view.head(toBytes, inclusive));
  }

  @Override
  public ConcurrentNavigableMap<K, V> tailMap(K from, boolean inclusive) {
    byte[] fromBytes = keyBytes(from);
    checkBound(from, fromBytes, inclusive);
    return part(view.tail(fromBytes, inclusive));
  }

  @Override
  public ConcurrentNavigableMap<K, V> subMap(
      K from, boolean fromInclusive, K to, boolean toInclusive) {
    byte[] fromBytes = keyBytes(from);
    byte[] toBytes = keyBytes(to);
    if (view.compare(fromBytes, toBytes) > 0) {
      throw new IllegalArgumentException("the bound " + from + " comes after the bound " + to);
    }
    checkBound(from, fromBytes, fromInclusive);
    checkBound(to, toBytes, toInclusive);
    return part(view.tail(fromBytes, fromInclusive).intersect(view.head(toBytes, toInclusive)));
  }

  @Override
  public ConcurrentNavigableMap<K, V> descendingMap() {
    return part(view.range().reversed());
  }

  private ConcurrentNavigableMap<K, V> part(KeyRange range) {
    return new StoreNavigableMap<>(new RangeView(view.store(), range), keys, values);
  }

  /** An included key must lie in the range; an excluded one may also be the end of it. */
  private void checkBound(K key, byte[] bytes, boolean inclusive) {
    KeyRange range = view.range();
    if (!(inclusive ? range.contains(bytes) : range.containsOrBounds(bytes))) {
      throw new IllegalArgumentException(
          "the bound " + key + " lies outside the range of this map, " + range);
    }
  }

  @Override
  public NavigableSet<K> keySet() {
    return new StoreKeySet<>(this);
  }

  @Override
  public NavigableSet<K> navigableKeySet() {
    return keySet();
  }

  @Override
  public NavigableSet<K> descendingKeySet() {
    return descendingMap().navigableKeySet();
  }
}
