// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The disk of this machine for a model: nothing waits for the medium, as there is nothing to lose.
 * Counts how often the manifest of the ensemble is written, and how long it is.
 */
final class ModelDisk {
  private static final Set<String> UNNEEDED = Set.of("force", "syncDirectory");

  private final Path manifest;
  private long writes;
  private long bytes;

  /**
   * Creates the disk.
   *
   * @param manifest whose writes are counted
   */
  ModelDisk(Path manifest) {
    this.manifest = manifest;
  }

  /** Returns it. */
  Disk disk() {
    return forward(Disk.class, Disk.real());
  }

  private <T> T forward(Class<T> type, T real) {
    Object forwarding =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call(real, method, arguments));
    return type.cast(forwarding);
  }

  private @Nullable Object call(Object real, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (UNNEEDED.contains(method.getName())) {
      return null;
    }
    try {
      Object result = method.invoke(real, arguments);
      if (method.getName().equals("rename") && arguments != null) {
        count((Path) arguments[1]);
      }
      return result instanceof DiskFile file ? forward(DiskFile.class, file) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void count(Path renamed) throws IOException {
    if (renamed.equals(manifest)) {
      writes++;
      bytes += Files.size(renamed);
    }
  }

  long writes() {
    return writes;
  }

  long bytes() {
    return bytes;
  }
}
