// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The pairs of a store whose keys begin with the name of a collection and a slash: {@code
 * artist/daft_punk} is {@code daft_punk} in the collection {@code artist}. Made by {@link
 * KvViews#collection(KvStore, String)}.
 *
 * <p><b>Keys.</b> The first slash of a key ends the name of the collection, so {@code artist} has
 * nothing to do with {@code artist2/...}. The names in it are kept as they are and may contain
 * further slashes. In the name of a collection, {@code /} is kept as {@code %2F} and {@code %} as
 * {@code %25}: the collection {@code a/b} has the keys {@code a%2Fb/...}, none of which is in the
 * collection {@code a}. Both names are kept in UTF-8 and have at least one character; one with an
 * unpaired surrogate, or a key that is longer than the store takes, is an {@link
 * IllegalArgumentException}. So is a name in the store, put there past this view, that is not
 * UTF-8.
 *
 * <p><b>Costs.</b> Whatever concerns more than one name reads the pairs of this collection if the
 * store is {@link KvFeature#ORDERED}. If it is not, it reads the whole store, and so throws {@link
 * UnsupportedOperationException} unless the view was made with {@link FullScan#ALLOWED}.
 *
 * <p><b>Threads.</b> May be used by many at once. Calls on one name are as atomic as those of the
 * store; the others see names put or deleted meanwhile or do not, as {@link
 * KvStore#forEach(KvVisitor)}.
 */
public final class KvCollection {
  private final String name;
  private final CollectionKeys keys;
  private final KvStore store;
  private final RangeView view;
  private final FullScan fullScan;

  KvCollection(KvStore store, String name, FullScan fullScan) {
    this.name = name;
    this.keys = new CollectionKeys(name);
    this.store = store;
    this.view = new RangeView(store, keys.range());
    this.fullScan = Objects.requireNonNull(fullScan, "fullScan");
  }

  /** Returns the name of the collection. */
  public String name() {
    return name;
  }

  /** Returns the value of a name, or {@code null} if it is absent. */
  public byte @Nullable [] get(String name) {
    return store.get(keys.key(name));
  }

  /** Tells whether a name is present. */
  public boolean exists(String name) {
    return store.exists(keys.key(name));
  }

  /** Stores a value under a name, replacing what was there. */
  public void put(String name, byte[] value) {
    store.put(keys.key(name), value);
  }

  /** Removes a name; does nothing if it is absent. */
  public void delete(String name) {
    store.delete(keys.key(name));
  }

  /**
   * Returns all names with their values, as a copy that nobody else holds; in the order of their
   * UTF-8 bytes if the store is ordered. It must fit in memory: {@link #forEach} need not.
   *
   * @throws UnsupportedOperationException if this would read the whole store and may not
   */
  public Map<String, byte[]> getAll() {
    checkScan("getAll");
    Map<String, byte[]> all = new LinkedHashMap<>();
    view.forEach(
        (key, value) -> {
          all.put(keys.name(key), value);
          return true;
        });
    return all;
  }

  /**
   * Returns all names, without reading the values, in the order of {@link #getAll()}.
   *
   * @throws UnsupportedOperationException if this would read the whole store and may not
   */
  public List<String> names() {
    checkScan("names");
    List<String> names = new ArrayList<>();
    view.forEachKey(key -> names.add(keys.name(key)));
    return Collections.unmodifiableList(names);
  }

  /**
   * Visits all names with their values, in the order of {@link #getAll()}. The visitor stops the
   * walk by returning {@code false}; it may read and write the store but not close it.
   *
   * @throws UnsupportedOperationException if this would read the whole store and may not
   */
  public void forEach(BiPredicate<? super String, ? super byte[]> visitor) {
    Objects.requireNonNull(visitor, "visitor");
    checkScan("forEach");
    view.forEach((key, value) -> visitor.test(keys.name(key), value));
  }

  /**
   * Counts the names by going through them.
   *
   * @throws UnsupportedOperationException if this would read the whole store and may not
   */
  public long size() {
    checkScan("size");
    return view.count();
  }

  /**
   * Deletes all names that are present during the whole call; one put meanwhile may or may not
   * stay. It deletes in batches of bounded size, so it takes little memory, and after an error part
   * of the names are gone: call it again.
   *
   * @throws UnsupportedOperationException if this would read the whole store and may not
   */
  public void deleteAll() {
    checkScan("deleteAll");
    view.clear();
  }

  private void checkScan(String operation) {
    if (!view.ordered() && fullScan == FullScan.REFUSED) {
      throw new UnsupportedOperationException(
          operation
              + " of the collection '"
              + name
              + "' would read the whole store, as it does not declare the feature ORDERED; to do so"
              + " all the same, make the collection with FullScan.ALLOWED");
    }
  }

  @Override
  public String toString() {
    return "KvCollection[" + name + "]";
  }
}
