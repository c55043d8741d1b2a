// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/** A disk that counts the reads and writes of the files of an engine. For one thread. */
final class CountedDisk {
  final Count segmentReads = new Count();
  final Count indexReads = new Count();
  final Count writes = new Count();

  private final Disk disk;

  /** Calls, and the bytes that they moved. */
  static final class Count {
    long calls;
    long bytes;

    private void add(int length) {
      calls++;
      bytes += length;
    }
  }

  CountedDisk(Disk disk) {
    this.disk = proxy(Disk.class, disk, "");
  }

  Disk disk() {
    return disk;
  }

  void reset() {
    for (Count count : new Count[] {segmentReads, indexReads, writes}) {
      count.calls = 0;
      count.bytes = 0;
    }
  }

  private <T> T proxy(Class<T> type, T target, String name) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (target instanceof DiskFile && method.getName().equals("read")) {
                (name.startsWith("run-") ? indexReads : segmentReads).add((int) arguments[3]);
              } else if (target instanceof DiskFile && method.getName().equals("write")) {
                writes.add((int) arguments[3]);
              }
              Object result;
              try {
                result = method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return result instanceof DiskFile file
                  ? proxy(DiskFile.class, file, String.valueOf(((Path) arguments[0]).getFileName()))
                  : result;
            });
    return type.cast(proxy);
  }
}
