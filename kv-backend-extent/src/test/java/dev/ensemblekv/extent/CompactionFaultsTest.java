// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.tck.sim.ManualExecutor;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a compaction does while others write, and what it leaves. */
class CompactionFaultsTest {
  private static final int MOST_ROUNDS = 100;
  private static final Path DIRECTORY = Path.of("/data/store");

  private final SimulatedDisk disk = new SimulatedDisk();
  private final ManualExecutor executor = new ManualExecutor();

  /** Runs once when a file is read next whose name begins so. */
  private final AtomicReference<Runnable> onRead = new AtomicReference<>();

  private String watchedName = "";

  private KvStore open() {
    KvEnvironment environment =
        KvEnvironment.builder()
            .disk((Disk) watched(Disk.class, disk))
            .executor(executor)
            .clock(executor.clock())
            .build();
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "16")
            .set("extent.segmentSize", "64KiB")
            .set("extent.spacePercent", "1000") // compaction is asked for
            .build();
    return environment.open("extent", DIRECTORY, options);
  }

  private Object watched(Class<?> type, Object target) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> call(target, method, arguments));
  }

  private Object call(Object target, Method method, Object[] arguments) throws Throwable {
    if (method.getName().startsWith("read") && target.toString().contains(watchedName)) {
      Runnable action = onRead.getAndSet(null);
      if (action != null) {
        action.run();
      }
    }
    try {
      Object result = method.invoke(target, arguments);
      return result instanceof DiskFile ? watched(DiskFile.class, result) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static byte[] key(int number) {
    return ("key " + number).getBytes(UTF_8);
  }

  private Manifest manifest() throws IOException {
    Path path = DIRECTORY.resolve(Manifest.NAME);
    return Manifest.decode(DiskFiles.read(disk, path, Manifest.MAX_BYTES), path);
  }

  private static ExtentStore inner(KvStore store) {
    return store.unwrap(ExtentStore.class).orElseThrow();
  }

  @Test
  void theFloorOfWhatWasMovedIsBelowWhatWasDeletedDuringTheWalk() throws IOException {
    try (KvStore store = open()) {
      for (int i = 0; i < 80; i++) {
        store.put(key(i % 32), new byte[2000]);
      }
      inner(store).parts().log.freeze();
      executor.runAll();
      Parts parts = inner(store).parts();
      List<Segment> victims = parts.victims.choose(Victims.Reason.DEMAND, Integer.MAX_VALUE);
      long[] deleted = {0};
      watchedName = "run-";
      onRead.set(
          () -> {
            store.delete(key(9));
            deleted[0] = inner(store).parts().log.sequence();
          });

      assertThat(parts.compactor.compact(victims, () -> false)).isTrue();

      assertThat(deleted[0]).isPositive();
      assertThat(manifest().segments())
          .filteredOn(entry -> entry.kind() == Segment.Kind.RELOCATED)
          .isNotEmpty()
          .allSatisfy(entry -> assertThat(entry.floor()).isLessThan(deleted[0]));
      assertThat(store.get(key(9))).isNull();
      assertThat(store.size()).isEqualTo(31);
    }
  }

  @Test
  void compactingAllEndsThoughOthersGoOnWriting() {
    try (KvStore store = open()) {
      for (int i = 0; i < 80; i++) {
        store.put(key(i % 32), new byte[2000]);
      }
      KvTask task = store.compact();
      int[] rounds = {0};
      Runnable[] writing = new Runnable[1];
      writing[0] =
          () -> {
            if (task.state() == KvTask.State.RUNNING && rounds[0]++ < MOST_ROUNDS) {
              for (int i = 0; i < 80; i++) {
                store.put(key(i % 32), new byte[2000]);
              }
              onRead.set(writing[0]);
            }
          };
      watchedName = "segment-"; // what is moved is read while writers may write
      onRead.set(writing[0]);
      executor.runAll();

      task.result();
      assertThat(rounds[0]).isBetween(1, MOST_ROUNDS - 1);
    }
  }
}
