// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A disk that calls a test before each force of a file. */
final class HookedDisk {
  /** What is done before a force. */
  @FunctionalInterface
  interface Hook {
    void beforeForce() throws IOException;
  }

  private HookedDisk() {}

  static Disk of(Disk disk, Hook hook) {
    return proxy(Disk.class, disk, hook);
  }

  private static <T> T proxy(Class<T> type, Object target, Hook hook) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().equals("force")) {
                hook.beforeForce();
              }
              try {
                Object result = method.invoke(target, arguments);
                return result instanceof DiskFile file ? proxy(DiskFile.class, file, hook) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
