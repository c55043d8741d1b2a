// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

/**
 * The keys of one collection, between the names in it and the store.
 *
 * <pre>{@code
 * key        = collection "/" name
 * collection = 1*( character | "%2F" | "%25" )   ; UTF-8, no "/" in it: "/" is "%2F", "%" is "%25"
 * name       = 1*character                       ; UTF-8, as it is, "/" included
 * }</pre>
 *
 * <p>As the first slash of a key ends the collection, no two collections share a key, and none is a
 * prefix of another. As names are not changed, keys are in the order of their names.
 */
final class CollectionKeys {
  private static final String SEPARATOR = "/";

  private final byte[] prefix;

  /**
   * Makes the keys of a collection.
   *
   * @throws IllegalArgumentException if its name is empty or has an unpaired surrogate
   */
  CollectionKeys(String collection) {
    if (collection.isEmpty()) {
      throw new IllegalArgumentException("the name of the collection is empty");
    }
    String escaped = collection.replace("%", "%25").replace(SEPARATOR, "%2F");
    this.prefix = KvCodecs.UTF_8.encode(escaped + SEPARATOR);
  }

  /** Returns the range of the keys of the collection. */
  KeyRange range() {
    return KeyRange.prefix(prefix);
  }

  /**
   * Returns the key of a name.
   *
   * @throws IllegalArgumentException if the name is empty or has an unpaired surrogate
   */
  byte[] key(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the name is empty; it has at least one character");
    }
    return Bytes.concatenate(prefix, KvCodecs.UTF_8.encode(name));
  }

  /**
   * Returns the name in a key of the collection.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  String name(byte[] key) {
    return KvCodecs.UTF_8.decode(Bytes.from(key, prefix.length));
  }
}
