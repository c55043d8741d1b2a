// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The machine's disk, which a test can make look full, or fail, and whose syncs it sees. */
final class WatchedDisk {
  volatile long usableBytes = Long.MAX_VALUE;
  volatile boolean failsToForce;
  final List<String> forced = new CopyOnWriteArrayList<>();
  final List<Path> syncedDirectories = new CopyOnWriteArrayList<>();

  KvStore open(Path directory, KvOptions options) {
    return KvEnvironment.builder()
        .backend(new LevelDbBackend())
        .disk(disk())
        .build()
        .open("leveldb", directory, options);
  }

  void forgetSyncs() {
    forced.clear();
    syncedDirectories.clear();
  }

  Disk disk() {
    Disk real = Disk.real();
    return proxy(
        Disk.class,
        (name, arguments, call) -> {
          if (name.equals("usableBytes")) {
            return Math.min((Long) call.run(), usableBytes);
          }
          if (name.equals("syncDirectory")) {
            syncedDirectories.add((Path) arguments[0]);
          }
          Object result = call.run();
          return result instanceof DiskFile file ? file(file, (Path) arguments[0]) : result;
        },
        real);
  }

  private DiskFile file(DiskFile real, Path path) {
    return proxy(
        DiskFile.class,
        (name, arguments, call) -> {
          if (name.equals("force")) {
            forced.add(String.valueOf(path.getFileName()));
            if (failsToForce) {
              throw new IOException("Input/output error");
            }
          }
          return call.run();
        },
        real);
  }

  /** A call that goes on to the real object. */
  private interface Call {
    Object run() throws Throwable;
  }

  /** What is done with a call. */
  private interface Watcher {
    Object call(String method, Object[] arguments, Call call) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Watcher watcher, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                watcher.call(
                    method.getName(),
                    arguments == null ? new Object[0] : arguments,
                    () -> {
                      try {
                        return method.invoke(real, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    })));
  }
}
