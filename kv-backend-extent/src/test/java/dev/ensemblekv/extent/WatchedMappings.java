// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskMapping;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The disk of this machine, which tells what of its files is mapped. Thread-safe. */
final class WatchedMappings {
  // Guarded by this.
  private final Map<Object, Mapped> mapped = new HashMap<>();
  private final Map<String, Boolean> forced = new TreeMap<>();

  private record Mapped(String name, boolean writable) {}

  Disk disk() {
    return wrap(Disk.class, Disk.real(), "");
  }

  /** Returns the names of the files of all open mappings, sorted. */
  synchronized List<String> names() {
    return mapped.values().stream().map(Mapped::name).sorted().toList();
  }

  /**
   * Returns the names of the files that were forced, with whether a mapping was open by which they
   * could be written when that was done last.
   */
  synchronized Map<String, Boolean> forced() {
    return new TreeMap<>(forced);
  }

  private <T> T wrap(Class<T> type, T target, String name) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (target instanceof DiskMapping && method.getName().equals("close")) {
                closed(target);
              }
              if (target instanceof DiskFile && method.getName().equals("force")) {
                forced(name);
              }
              if (result instanceof DiskFile file) {
                return wrap(
                    DiskFile.class, file, String.valueOf(((Path) arguments[0]).getFileName()));
              }
              return method.getName().equals("map")
                  ? ((Optional<?>) result)
                      .map(mapping -> opened((DiskMapping) mapping, name, (boolean) arguments[2]))
                  : result;
            });
    return type.cast(proxy);
  }

  private synchronized DiskMapping opened(DiskMapping mapping, String name, boolean writable) {
    mapped.put(mapping, new Mapped(name, writable));
    return wrap(DiskMapping.class, mapping, name);
  }

  private synchronized void forced(String name) {
    forced.put(name, mapped.containsValue(new Mapped(name, true)));
  }

  private synchronized void closed(Object mapping) {
    mapped.remove(mapping);
  }
}
