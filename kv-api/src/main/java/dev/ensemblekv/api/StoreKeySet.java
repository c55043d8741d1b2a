// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The keys of a {@link StoreNavigableMap} as a sorted set. Iterating reads no values. */
final class StoreKeySet<K> extends MapParts.Keys<K> implements NavigableSet<K> {
  private static final int CHARACTERISTICS =
      Spliterator.CONCURRENT
          | Spliterator.NONNULL
          | Spliterator.DISTINCT
          | Spliterator.ORDERED
          | Spliterator.SORTED;

  private final StoreNavigableMap<K, ?> map;

  StoreKeySet(StoreNavigableMap<K, ?> map) {
    super(map);
    this.map = map;
  }

  @Override
  public Comparator<? super K> comparator() {
    return map.comparator();
  }

  @Override
  public Iterator<K> descendingIterator() {
    return descendingSet().iterator();
  }

  /** Without a size, which is costly to find out and may change under way. */
  @Override
  public Spliterator<K> spliterator() {
    Iterator<K> keys = iterator();
    return new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, CHARACTERISTICS) {
      @Override
      public boolean tryAdvance(Consumer<? super K> action) {
        if (keys.hasNext()) {
          action.accept(keys.next());
          return true;
        }
        return false;
      }

      @Override
      public Comparator<? super K> getComparator() {
        return comparator();
      }
    };
  }

  @Override
  public K first() {
    return map.firstKey();
  }

  @Override
  public K last() {
    return map.lastKey();
  }

  @Override
  public @Nullable K lower(K key) {
    return map.lowerKey(key);
  }

  @Override
  public @Nullable K floor(K key) {
    return map.floorKey(key);
  }

  @Override
  public @Nullable K ceiling(K key) {
    return map.ceilingKey(key);
  }

  @Override
  public @Nullable K higher(K key) {
    return map.higherKey(key);
  }

  @Override
  public @Nullable K pollFirst() {
    Map.Entry<K, ?> entry = map.pollFirstEntry();
    return entry == null ? null : entry.getKey();
  }

  @Override
  public @Nullable K pollLast() {
    Map.Entry<K, ?> entry = map.pollLastEntry();
    return entry == null ? null : entry.getKey();
  }

  @Override
  public NavigableSet<K> descendingSet() {
    return map.descendingKeySet();
  }

  @Override
  public NavigableSet<K> headSet(K to) {
    return map.headMap(to).keySet();
  }

  @Override
  public NavigableSet<K> tailSet(K from) {
    return map.tailMap(from).keySet();
  }

  @Override
  public NavigableSet<K> subSet(K from, K to) {
    return map.subMap(from, to).keySet();
  }

  @Override
  public NavigableSet<K> headSet(K to, boolean inclusive) {
    return map.headMap(to, inclusive).keySet();
  }

  @Override
  public NavigableSet<K> tailSet(K from, boolean inclusive) {
    return map.tailMap(from, inclusive).keySet();
  }

  @Override
  public NavigableSet<K> subSet(K from, boolean fromInclusive, K to, boolean toInclusive) {
    return map.subMap(from, fromInclusive, to, toInclusive).keySet();
  }
}
