// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.spi.KvBackend;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The options that the stores of one spec know: names and values are checked against it. */
final class OptionSet {
  private final Map<String, KvOption<?>> byName = new TreeMap<>();
  private final String spec;

  OptionSet(Spec spec, Collection<KvBackend> backends) {
    this.spec = spec.toString();
    KvOptions.global().forEach(option -> byName.put(option.name(), option));
    for (KvBackend backend : backends) {
      for (KvOption<?> option : backend.options()) {
        if (!option.name().startsWith(backend.name() + ".")) {
          throw new IllegalStateException(
              "backend '" + backend.name() + "' declares the option '" + option + "'");
        }
        byName.put(option.name(), option);
      }
    }
  }

  /**
   * Checks every name and value.
   *
   * @throws IllegalArgumentException for an unknown name, with the nearest known one, or a value
   *     that is not valid
   */
  void check(KvOptions options) {
    options
        .asMap()
        .forEach(
            (name, value) -> {
              KvOption<?> option = byName.get(name);
              if (option == null) {
                throw new IllegalArgumentException(
                    "'"
                        + spec
                        + "' has no option '"
                        + name
                        + "'; did you mean '"
                        + Nearest.of(name, List.copyOf(byName.keySet()))
                        + "'?");
              }
              option.parse(value);
            });
  }

  /** Returns what a new store records: all FORMAT options, and the STICKY ones that are set. */
  Map<String, String> recorded(KvOptions options) {
    Map<String, String> recorded = new TreeMap<>();
    for (KvOption<?> option : byName.values()) {
      boolean format = option.kind() == KvOption.Kind.FORMAT;
      if (format || (option.kind() == KvOption.Kind.STICKY && options.isSet(option))) {
        recorded.put(option.name(), canonical(option, options));
      }
    }
    return recorded;
  }

  /** Returns the values that are set, in the one way in which they are recorded. */
  Map<String, String> canonical(KvOptions options) {
    Map<String, String> values = new TreeMap<>();
    for (KvOption<?> option : byName.values()) {
      if (options.isSet(option)) {
        values.put(option.name(), canonical(option, options));
      }
    }
    return values;
  }

  private static <T> String canonical(KvOption<T> option, KvOptions options) {
    return option.format(options.get(option));
  }

  /** Tells whether an option is one that cannot be changed. */
  boolean isFixed(String name) {
    KvOption<?> option = byName.get(name);
    return option != null && option.kind() == KvOption.Kind.FORMAT;
  }
}
