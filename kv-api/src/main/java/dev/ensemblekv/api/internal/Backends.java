// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.UnknownBackendException;
import dev.ensemblekv.spi.KvBackend;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The backends that can be named in a spec: those handed in, then those that {@link ServiceLoader}
 * finds through the context class loader, then through our own. Immutable.
 */
public final class Backends {
  /** Where to find the backends that the project publishes. */
  private static final Map<String, String> ARTIFACTS =
      Map.of(
          "memory", "kv-backend-memory",
          "json", "kv-backend-json",
          "leveldb", "kv-backend-leveldb",
          "lmdb", "kv-backend-lmdb",
          "extent", "kv-backend-extent",
          "ensemble", "kv-ensemble");

  private final Map<String, KvBackend> byName;

  private Backends(Map<String, KvBackend> byName) {
    this.byName = Collections.unmodifiableMap(byName);
  }

  /**
   * Finds the backends.
   *
   * @param explicit take precedence over found ones of the same name
   * @throws UnknownBackendException if two different backends have one name, or one does not load
   */
  public static Backends find(Collection<KvBackend> explicit) {
    Map<String, KvBackend> found = byName(explicit);
    List<String> given = List.copyOf(found.keySet());
    Map<String, KvBackend> loaded = new TreeMap<>();
    for (KvBackend backend : load()) {
      if (!given.contains(backend.name())) {
        add(loaded, backend);
      }
    }
    found.putAll(loaded);
    return new Backends(found);
  }

  /** Finds the backends of a spec; loads nothing if those handed in are all it needs. */
  static List<KvBackend> find(Collection<KvBackend> explicit, Spec spec) {
    Map<String, KvBackend> given = byName(explicit);
    boolean complete = given.keySet().containsAll(spec.names());
    return (complete ? new Backends(given) : find(explicit)).resolve(spec);
  }

  private static Map<String, KvBackend> byName(Collection<KvBackend> explicit) {
    Map<String, KvBackend> found = new TreeMap<>();
    explicit.forEach(backend -> add(found, backend));
    return found;
  }

  private static void add(Map<String, KvBackend> backends, KvBackend backend) {
    KvBackend other = backends.putIfAbsent(backend.name(), backend);
    if (other != null) {
      throw new UnknownBackendException(
          "two backends have the name '"
              + backend.name()
              + "': "
              + other.getClass().getName()
              + " and "
              + backend.getClass().getName()
              + "; remove one of their artifacts");
    }
  }

  private static List<KvBackend> load() {
    List<KvBackend> backends = new ArrayList<>();
    ClassLoader own = Backends.class.getClassLoader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try {
      if (context != null && context != own) {
        ServiceLoader.load(KvBackend.class, context).forEach(backends::add);
      }
      for (KvBackend backend : ServiceLoader.load(KvBackend.class, own)) {
        if (backends.stream().noneMatch(known -> isSame(known, backend))) {
          backends.add(backend);
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new UnknownBackendException("a backend cannot be loaded: " + e.getMessage(), e);
    }
    return backends;
  }

  /** The same class, found by two class loaders, is not two backends. */
  private static boolean isSame(KvBackend known, KvBackend backend) {
    return known.getClass().getName().equals(backend.getClass().getName());
  }

  /** Returns all, by name. */
  public Collection<KvBackend> all() {
    return byName.values();
  }

  /**
   * Returns the backend of a name.
   *
   * @throws UnknownBackendException if there is none
   */
  KvBackend get(String name) {
    KvBackend backend = byName.get(name);
    if (backend == null) {
      throw new UnknownBackendException(unknown(name));
    }
    return backend;
  }

  private String unknown(String name) {
    String artifact = ARTIFACTS.get(name);
    String present =
        byName.isEmpty() ? "none" : byName.keySet().stream().collect(Collectors.joining(", "));
    return "there is no backend '"
        + name
        + "' on the class path; present: "
        + present
        + "; "
        + (artifact != null
            ? "add the artifact dev.ensemblekv:" + artifact
            : "add the artifact that provides it")
        + "; a shaded jar must keep META-INF/services/"
        + KvBackend.class.getName();
  }

  /** Returns the backends of a spec, outermost first, and checks that only the last is a leaf. */
  List<KvBackend> resolve(Spec spec) {
    List<KvBackend> backends = spec.names().stream().map(this::get).toList();
    for (int i = 0; i < backends.size(); i++) {
      boolean last = i == backends.size() - 1;
      String name = backends.get(i).name();
      if (backends.get(i).isLayer() && last) {
        throw new IllegalArgumentException(
            "the spec '"
                + spec
                + "' ends with '"
                + name
                + "', which needs a backend inside: '"
                + spec
                + ":json', for example");
      }
      if (!backends.get(i).isLayer() && !last) {
        throw new IllegalArgumentException(
            "in the spec '" + spec + "' nothing can be inside '" + name + "': it must stand last");
      }
    }
    return backends;
  }
}
