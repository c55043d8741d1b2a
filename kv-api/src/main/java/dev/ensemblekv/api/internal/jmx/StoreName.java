// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import java.util.regex.Pattern;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * The keys that all beans of one store have in their names: {@code store}, of a substore {@code
 * substore}, and {@code id} where another store has the same name. Consoles show the keys of a name
 * as levels of a tree, in the order in which they are. Immutable.
 */
public final class StoreName {
  private static final String DOMAIN = "dev.ensemblekv:";
  private static final Pattern PLAIN = Pattern.compile("[^,=:\"*?\\n]+");

  private final String keys;
  private final String store;
  private final String substore;

  private StoreName(String keys, String store, String substore) {
    this.keys = keys;
    this.store = store;
    this.substore = substore;
  }

  /** Names a store that a user opened. */
  public static StoreName of(String store) {
    return new StoreName("store=" + quoted(store), store, "");
  }

  /** Names a substore of such a store. */
  public static StoreName of(String store, String substore) {
    String keys = "store=" + quoted(store) + ",substore=" + quoted(substore);
    return new StoreName(keys, store, substore);
  }

  /** Returns the name that tells this store from another of the same name. */
  StoreName withId(String id) {
    return new StoreName(keys + ",id=" + id, store, substore);
  }

  /** Returns the name of the store that a user opened. */
  String store() {
    return store;
  }

  /** Returns the name of the substore; empty if this is not one. */
  String substore() {
    return substore;
  }

  /** Returns the name of a bean that there is one of. */
  ObjectName bean(String type) throws MalformedObjectNameException {
    return new ObjectName(DOMAIN + "type=" + type + "," + keys);
  }

  /** Returns the name of a bean that there are several of. */
  ObjectName bean(String type, String key, String value) throws MalformedObjectNameException {
    return new ObjectName(DOMAIN + "type=" + type + "," + key + "=" + value + "," + keys);
  }

  private static String quoted(String name) {
    return PLAIN.matcher(name).matches() ? name : ObjectName.quote(name);
  }

  @Override
  public String toString() {
    return keys;
  }
}
