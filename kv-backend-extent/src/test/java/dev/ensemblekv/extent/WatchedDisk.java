// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A disk of which somebody is told before each call about a path, on the thread of the caller. */
final class WatchedDisk {
  private WatchedDisk() {}

  /** Who is told. */
  @FunctionalInterface
  interface Watcher {
    /** May do what it likes: the disk is not locked. */
    void before(String operation, Path path) throws IOException;
  }

  static Disk of(Disk disk, Watcher watcher) {
    return proxy(
        Disk.class,
        (self, method, arguments) -> {
          if (arguments != null && arguments[0] instanceof Path path) {
            watcher.before(method.getName(), path);
          }
          return call(disk, method, arguments);
        });
  }

  /** Tells whether an operation is of a compaction that is about to copy something. */
  static boolean isRelocation(String operation) {
    return operation.equals("create")
        && StackWalker.getInstance()
            .walk(
                frames ->
                    frames.anyMatch(
                        frame -> frame.getClassName().equals(Relocation.class.getName())));
  }

  /** Returns a disk of whose files none can be read past the cache. */
  static Disk withoutDirectReads(Disk disk) {
    return proxy(
        Disk.class,
        (self, method, arguments) -> {
          Object result = call(disk, method, arguments);
          return result instanceof DiskFile file ? withoutDirectReads(file) : result;
        });
  }

  private static DiskFile withoutDirectReads(DiskFile file) {
    return proxy(
        DiskFile.class,
        (self, method, arguments) ->
            method.getName().equals("readPastCache")
                ? DiskFile.REFUSED
                : call(file, method, arguments));
  }

  private static @Nullable Object call(Object target, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
