// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint is the store as it was at one moment, in files that both have and nobody changes.
 */
class CheckpointTest {
  private static final int WRITERS = 3;
  private static final int CHECKPOINTS = 4;

  @TempDir Path directory;

  /** What happens instead of a link being made. */
  @FunctionalInterface
  private interface Linking {
    void link(Path existing, Path link) throws IOException;
  }

  private static KvEnvironment environment(Linking linking) {
    Disk real = Disk.real();
    Object disk =
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("link")) {
                linking.link((Path) arguments[0], (Path) arguments[1]);
                return null;
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return KvEnvironment.builder().disk((Disk) disk).build();
  }

  private KvStore open(KvEnvironment environment, String name, boolean readOnly) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "100")
            .set("extent.segmentSize", "64KiB")
            .set("readOnly", String.valueOf(readOnly))
            .build();
    return environment.open("extent", directory.resolve(name), options);
  }

  private KvStore open(String name) {
    return open(KvEnvironment.system(), name, false);
  }

  private void checkpoint(KvStore store, String name) {
    store.checkpoint(directory.resolve(name)).result();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Writes some of a hundred keys, so that much is superseded, and deletes some. */
  private static void fill(KvStore store, int round) {
    for (int i = 0; i < 1000; i++) {
      byte[] key = bytes("k" + i % 100);
      if (i % 13 == round % 13) {
        store.delete(key);
      } else {
        store.put(key, bytes(round + "." + i + "x".repeat(i % 500)));
      }
    }
  }

  private static Map<String, String> contents(KvStore store) {
    Map<String, String> contents = new TreeMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        contents.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
      }
    }
    return contents;
  }

  private static void checkSound(KvStore store) {
    assertThat(store.verify().result().problems()).isEmpty();
  }

  private void checkCopy(String name, Map<String, String> expected) {
    try (KvStore copy = open(name)) {
      assertThat(contents(copy)).isEqualTo(expected);
      assertThat(metric(copy, "replayedBytes")).isZero();
      checkSound(copy);
    }
  }

  private static double metric(KvStore store, String name) {
    return store.stats().metric(name).map(KvMetric::value).orElseThrow();
  }

  private Map<String, byte[]> files(String name) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(directory.resolve(name))) {
      for (Path file : all.toList()) {
        if (StoreFiles.isOurs(String.valueOf(file.getFileName()))) {
          files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  /** Or what the two write to files of the same number could be taken for one another. */
  @Test
  void aCopyGoesOnInABranchOfItsOwn() throws IOException {
    try (KvStore store = open("store")) {
      fill(store, 1);
      checkpoint(store, "first");
      checkpoint(store, "second");
    }
    List<Integer> branches = new ArrayList<>();
    for (String name : List.of("store", "first", "second")) {
      Path manifest = directory.resolve(name).resolve(Manifest.NAME);
      branches.add(Epochs.branch(Manifest.decode(Files.readAllBytes(manifest), manifest).epoch()));
    }
    assertThat(branches).doesNotHaveDuplicates();
  }

  @Test
  void writesAndCompactionsGoOnWhileFilesAreLinked() {
    List<KvStore> open = new ArrayList<>();
    int[] links = {0};
    KvEnvironment environment =
        environment(
            (existing, link) -> {
              fill(open.get(0), 100 + links[0]++);
              open.get(0).compact().result();
              Disk.real().link(existing, link);
            });
    try (KvStore store = open(environment, "store", false)) {
      open.add(store);
      fill(store, 1);
      store.compact().result();
      fill(store, 2);
      Map<String, String> before = contents(store);
      checkpoint(store, "copy");
      assertThat(links[0]).isGreaterThan(2);
      checkCopy("copy", before);
      checkSound(store);
    }
  }

  @Test
  void ofEachWriterThereIsABeginningAndBatchesAreWhole() throws Exception {
    AtomicIntegerArray written = new AtomicIntegerArray(WRITERS);
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try (KvStore store = open("store")) {
      CountDownLatch begun = new CountDownLatch(WRITERS);
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.add(
            threads.submit(
                () -> {
                  for (int n = 1; !ended.get(); n++) {
                    byte[] number = bytes(String.valueOf(n));
                    store.put(bytes(writer + "first"), number);
                    KvBatch batch = new KvBatch();
                    for (int part = 0; part < 5; part++) {
                      batch.put(bytes(writer + "part" + part), number);
                    }
                    store.write(batch);
                    written.set(writer, n);
                    if (n == 1) {
                      begun.countDown();
                    }
                  }
                }));
      }
      begun.await();
      for (int n = 0; n < CHECKPOINTS; n++) {
        int[] least = new int[WRITERS];
        for (int writer = 0; writer < WRITERS; writer++) {
          least[writer] = written.get(writer);
        }
        checkpoint(store, "copy" + n);
        try (KvStore copy = open("copy" + n)) {
          checkSound(copy);
          Map<String, String> found = contents(copy);
          for (int writer = 0; writer < WRITERS; writer++) {
            int batch = Integer.parseInt(found.get(writer + "part0"));
            assertThat(batch).isBetween(least[writer], written.get(writer) + 1);
            for (int part = 1; part < 5; part++) {
              assertThat(found).containsEntry(writer + "part" + part, String.valueOf(batch));
            }
            assertThat(Integer.parseInt(found.get(writer + "first"))).isBetween(batch, batch + 1);
          }
        }
      }
      ended.set(true);
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      ended.set(true);
      threads.shutdown();
    }
  }

  @Test
  void storeAndCopyGoOnEachByItself() {
    Map<String, String> inStore;
    Map<String, String> inCopy;
    try (KvStore store = open("store")) {
      fill(store, 1);
      checkpoint(store, "copy");
      try (KvStore copy = open("copy")) {
        fill(store, 2);
        fill(copy, 3);
        inStore = contents(store);
        store.compact().result();
        inCopy = contents(copy);
        copy.compact().result();
        assertThat(contents(store)).isEqualTo(inStore);
        assertThat(contents(copy)).isEqualTo(inCopy).isNotEqualTo(inStore);
        checkpoint(copy, "copy of the copy");
        fill(copy, 4);
        copy.compact().result();
      }
    }
    try (KvStore store = open("store")) {
      assertThat(contents(store)).isEqualTo(inStore);
      checkSound(store);
    }
    checkCopy("copy of the copy", inCopy);
  }

  @Test
  void noFileThatBothHaveIsEverChanged() throws Exception {
    Path kept = Files.createDirectory(directory.resolve("kept"));
    Map<String, byte[]> before;
    try (KvStore store = open("store")) {
      fill(store, 1);
      checkpoint(store, "copy");
      before = files("copy");
      for (String name : before.keySet()) {
        Files.createLink(kept.resolve(name), directory.resolve("copy").resolve(name));
      }
      fill(store, 2);
    }
    for (String name : List.of("store", "copy", "store", "copy")) {
      try (KvStore any = open(name)) {
        fill(any, 3);
        any.flush();
      }
      try (KvStore any = open(name)) {
        any.compact().result();
        any.put(bytes("last"), bytes(name));
      }
    }
    Map<String, byte[]> after = files("kept");
    assertThat(after.keySet()).isNotEmpty().isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  @Test
  void theCopyTakesNoSpaceOfItsOwn() throws Exception {
    assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("unix");
    Map<String, Object> linked = new TreeMap<>();
    KvEnvironment environment =
        environment(
            (existing, link) -> {
              linked.put(
                  String.valueOf(link.getFileName()), Files.getAttribute(existing, "unix:ino"));
              Disk.real().link(existing, link);
            });
    try (KvStore store = open(environment, "store", false)) {
      fill(store, 1);
      checkpoint(store, "copy");
      Map<String, Object> copied = new TreeMap<>();
      for (String name : files("copy").keySet()) {
        Path file = directory.resolve("copy").resolve(name);
        copied.put(name, Files.getAttribute(file, "unix:ino"));
      }
      assertThat(copied).hasSizeGreaterThan(2).isEqualTo(linked);
    }
  }

  @Test
  void whereThereAreNoLinksFilesAreCopied() throws Exception {
    List<Linking> refusals =
        List.of(
            (existing, link) -> {
              throw new UnsupportedOperationException("no links");
            },
            (existing, link) -> {
              throw new java.nio.file.FileSystemException("Invalid cross-device link");
            });
    for (int i = 0; i < refusals.size(); i++) {
      try (KvStore store = open(environment(refusals.get(i)), "store", false)) {
        fill(store, i);
        Map<String, String> before = contents(store);
        checkpoint(store, "copy" + i);
        fill(store, 7);
        store.compact().result();
        checkCopy("copy" + i, before);
      }
    }
  }

  @Test
  void aStoreThatWasNotTouchedIsCopiedAgainAndAgain() {
    Map<String, String> before;
    try (KvStore store = open("store")) {
      checkpoint(store, "nothing");
      checkCopy("nothing", Map.of());
      fill(store, 1);
      before = contents(store);
    }
    try (KvStore store = open("store")) {
      for (int i = 0; i < 3; i++) {
        checkpoint(store, "copy" + i);
        checkCopy("copy" + i, before);
      }
      assertThat(metric(store, "runs")).isLessThan(20);
    }
  }

  @Test
  void aStoreOpenForReadingOnlyIsCopiedAndNotChanged() throws Exception {
    Map<String, String> before;
    try (KvStore store = open("store")) {
      store.put(bytes("a"), bytes("1"));
      checkpoint(store, "older");
      store.put(bytes("b"), bytes("2"));
      before = contents(store);
    }
    Map<String, byte[]> files = files("store");
    try (KvStore store = open(KvEnvironment.system(), "store", true)) {
      checkpoint(store, "copy");
    }
    try (KvStore copy = open("copy")) {
      assertThat(contents(copy)).isEqualTo(before);
      checkSound(copy);
      fill(copy, 1);
    }
    assertThat(files("store").keySet()).isEqualTo(files.keySet());
    files("store").forEach((name, bytes) -> assertThat(bytes).isEqualTo(files.get(name)));
  }

  @Test
  void aCheckpointThatIsCancelledLeavesNothing() throws Exception {
    List<KvTask> tasks = new ArrayList<>();
    CountDownLatch started = new CountDownLatch(1);
    KvEnvironment environment =
        environment(
            (existing, link) -> {
              try {
                started.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              tasks.get(0).cancel();
              Disk.real().link(existing, link);
            });
    try (KvStore store = open(environment, "store", false)) {
      fill(store, 1);
      Map<String, String> before = contents(store);
      tasks.add(store.checkpoint(directory.resolve("copy")));
      started.countDown();
      tasks.get(0).awaitEnd();
      assertThat(tasks.get(0).state()).isEqualTo(KvTask.State.CANCELLED);
      assertThat(directory.resolve("copy")).doesNotExist();
      assertThat(contents(store)).isEqualTo(before);
    }
  }
}
