// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import org.jspecify.annotations.Nullable;

/** The keys, values and entries of a {@link StoreMap} as collections. */
final class MapParts {
  private static final int WEAKLY_CONSISTENT = Spliterator.CONCURRENT | Spliterator.NONNULL;

  private MapParts() {}

  /** The keys. Iterating reads no values. */
  static class Keys<K> extends AbstractSet<K> {
    private final StoreMap<K, ?> map;

    Keys(StoreMap<K, ?> map) {
      this.map = map;
    }

    @Override
    public Iterator<K> iterator() {
      return new Walk<>(map, false) {
        @Override
        K item(Pair pair) {
          return map.keys.decode(pair.key);
        }
      };
    }

    @Override
    public Spliterator<K> spliterator() {
      return Spliterators.spliteratorUnknownSize(
          iterator(), WEAKLY_CONSISTENT | Spliterator.DISTINCT);
    }

    @Override
    public boolean contains(Object key) {
      return map.containsKey(key);
    }

    @Override
    public boolean remove(Object key) {
      return map.remove(key) != null;
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean isEmpty() {
      return map.isEmpty();
    }

    @Override
    public void clear() {
      map.clear();
    }
  }

  /** The values, in the order of their keys. */
  static final class Values<K, V> extends AbstractCollection<V> {
    private final StoreMap<K, V> map;

    Values(StoreMap<K, V> map) {
      this.map = map;
    }

    @Override
    public Iterator<V> iterator() {
      return new Walk<>(map, true) {
        @Override
        V item(Pair pair) {
          return map.values.decode(pair.value());
        }
      };
    }

    @Override
    public Spliterator<V> spliterator() {
      return Spliterators.spliteratorUnknownSize(iterator(), WEAKLY_CONSISTENT);
    }

    @Override
    public boolean contains(Object value) {
      return map.containsValue(value);
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean isEmpty() {
      return map.isEmpty();
    }

    @Override
    public void clear() {
      map.clear();
    }
  }

  /** The entries, which write through. */
  static final class Entries<K, V> extends AbstractSet<Map.Entry<K, V>> {
    private final StoreMap<K, V> map;

    Entries(StoreMap<K, V> map) {
      this.map = map;
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
      return new Walk<>(map, true) {
        @Override
        Map.Entry<K, V> item(Pair pair) {
          return new WritingEntry<>(map, pair);
        }
      };
    }

    @Override
    public Spliterator<Map.Entry<K, V>> spliterator() {
      return Spliterators.spliteratorUnknownSize(
          iterator(), WEAKLY_CONSISTENT | Spliterator.DISTINCT);
    }

    @Override
    public boolean contains(Object o) {
      return o instanceof Map.Entry<?, ?> entry && map.holds(entry.getKey(), entry.getValue());
    }

    @Override
    public boolean remove(Object o) {
      return o instanceof Map.Entry<?, ?> entry && map.remove(entry.getKey(), entry.getValue());
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean isEmpty() {
      return map.isEmpty();
    }

    @Override
    public void clear() {
      map.clear();
    }
  }

  /** An iterator over what is made of the pairs of a map. */
  private abstract static class Walk<T> implements Iterator<T> {
    private final StoreMap<?, ?> map;
    private final Iterator<Pair> pairs;
    private @Nullable Pair last;

    Walk(StoreMap<?, ?> map, boolean withValues) {
      this.map = map;
      this.pairs = map.view.iterator(withValues);
    }

    abstract T item(Pair pair);

    @Override
    public boolean hasNext() {
      return pairs.hasNext();
    }

    @Override
    public T next() {
      last = pairs.next();
      return item(last);
    }

    @Override
    public void remove() {
      if (last == null) {
        throw new IllegalStateException("remove() needs a next() before it, and works once");
      }
      map.removeSeen(last);
      last = null;
    }
  }

  /** An entry whose value is the one seen when it was reached, or set since by this entry. */
  private static final class WritingEntry<K, V> extends AbstractMap.SimpleEntry<K, V> {
    private static final long serialVersionUID = 1;

    private final transient StoreMap<K, V> map;
    private final transient Pair pair;

    WritingEntry(StoreMap<K, V> map, Pair pair) {
      super(map.keys.decode(pair.key), map.values.decode(pair.value()));
      this.map = map;
      this.pair = pair;
    }

    @Override
    public V setValue(V value) {
      map.writeSeen(pair, Objects.requireNonNull(value, "value"));
      return super.setValue(value);
    }
  }
}
