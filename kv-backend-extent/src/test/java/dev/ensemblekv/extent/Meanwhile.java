// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * What others do while background work forces what it has copied, at a point where it holds no
 * lock: so one thread takes the turns of two, and takes them alike each time.
 */
final class Meanwhile {
  private static final Set<String> COPYING = Set.of("Compactor$Move.publish", "Merger.mergeOnce");
  private static final Set<String> UNDER_LOCK = Set.of("Publisher", "Log", "Catalog");

  private Meanwhile() {}

  /** Returns a disk on which something else is done before a copy is forced. */
  static Disk disk(Disk disk, Runnable others) {
    return wrap(Disk.class, disk, others);
  }

  private static <T> T wrap(Class<T> type, T target, Runnable others) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("force") && isCopying()) {
            others.run();
          }
          try {
            Object result = method.invoke(target, arguments);
            return result instanceof DiskFile file ? wrap(DiskFile.class, file, others) : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static boolean isCopying() {
    return StackWalker.getInstance()
        .walk(
            frames -> {
              boolean[] copying = {false};
              boolean free =
                  frames
                      .takeWhile(frame -> !copying[0])
                      .allMatch(
                          frame -> {
                            String name = frame.getClassName();
                            String simple = name.substring(name.lastIndexOf('.') + 1);
                            copying[0] = COPYING.contains(simple + "." + frame.getMethodName());
                            return !UNDER_LOCK.contains(simple);
                          });
              return copying[0] && free;
            });
  }
}
