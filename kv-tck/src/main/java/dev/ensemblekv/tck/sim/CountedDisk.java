// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A disk that counts what is read and written by calls, which does not depend on how fast anything
 * is. What is read through mappings is not counted. For one thread.
 */
public final class CountedDisk {
  private final Disk disk;
  private final Map<String, Count> reads = new TreeMap<>();
  private final Map<String, Count> writes = new TreeMap<>();

  /**
   * Calls, and the bytes that they moved.
   *
   * @param calls how many
   * @param bytes of all of them
   */
  public record Count(long calls, long bytes) {
    private static final Count NONE = new Count(0, 0);

    private Count plus(Count other) {
      return new Count(calls + other.calls, bytes + other.bytes);
    }
  }

  /** Counts what is done with the files of a disk. */
  public CountedDisk(Disk disk) {
    this.disk = proxy(Disk.class, disk, "");
  }

  /** Returns the disk, through which all has to go that is to be counted. */
  public Disk disk() {
    return disk;
  }

  /** Begins to count anew. */
  public void reset() {
    reads.clear();
    writes.clear();
  }

  /** Returns what was read of those files whose names, without directories, are asked for. */
  public Count reads(Predicate<String> names) {
    return sum(reads, names);
  }

  /** Returns what was written to those files. */
  public Count writes(Predicate<String> names) {
    return sum(writes, names);
  }

  private static Count sum(Map<String, Count> counts, Predicate<String> names) {
    return counts.entrySet().stream()
        .filter(count -> names.test(count.getKey()))
        .map(Map.Entry::getValue)
        .reduce(Count.NONE, Count::plus);
  }

  private <T> T proxy(Class<T> type, T target, String name) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (target instanceof DiskFile && method.getName().equals("read")) {
                reads.merge(name, new Count(1, (int) arguments[3]), Count::plus);
              } else if (target instanceof DiskFile && method.getName().equals("write")) {
                writes.merge(name, new Count(1, (int) arguments[3]), Count::plus);
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
