// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of backends, outermost first, of which a store is made: {@code name *(":" name)}.
 *
 * @param names each {@code [a-z][a-z0-9-]*}, at most once
 */
record Spec(List<String> names) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

  static Spec parse(String text) {
    List<String> names = List.copyOf(Arrays.asList(text.split(":", -1)));
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' is not a spec: '"
                + name
                + "' is not a backend's name (lower-case letters, digits and '-', joined by ':', as"
                + " in ensemble:json)");
      }
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("the spec '" + text + "' has a name twice");
    }
    return new Spec(names);
  }

  /** Returns the spec of what is inside the outermost backend. */
  Spec inner() {
    if (names.size() == 1) {
      throw new IllegalStateException("nothing is inside '" + this + "'");
    }
    return new Spec(names.subList(1, names.size()));
  }

  String outermost() {
    return names.get(0);
  }

  @Override
  public String toString() {
    return names.stream().collect(Collectors.joining(":"));
  }
}
