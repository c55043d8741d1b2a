// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static dev.ensemblekv.leveldb.Stores.SMALL;
import static dev.ensemblekv.leveldb.Stores.checked;
import static dev.ensemblekv.leveldb.Stores.files;
import static dev.ensemblekv.leveldb.Stores.fill;
import static dev.ensemblekv.leveldb.Stores.key;
import static dev.ensemblekv.leveldb.Stores.metric;
import static dev.ensemblekv.leveldb.Stores.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.fusesource.leveldbjni.internal.NativeDB;
import org.fusesource.leveldbjni.internal.NativeOptions;
import org.fusesource.leveldbjni.internal.NativeWriteOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores on the real disk: what LevelDB alone would not do. */
class LevelDbStoreTest {
  @TempDir Path temp;

  private Path directory() {
    return temp.resolve("store");
  }

  private static long bytes(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private long tableBytes(String compression) throws IOException {
    Path directory = temp.resolve(compression);
    KvOptions options = KvOptions.builder().set("leveldb.compression", compression).build();
    try (KvStore store = Stores.open(directory, options)) {
      for (int i = 0; i < 1000; i++) {
        store.put(key(i), new byte[1000]);
      }
      store.compact().result();
    }
    return bytes(files(directory, ".sst"));
  }

  @Test
  void compressionIsReal() throws IOException {
    assertThat(tableBytes("snappy")).isLessThan(tableBytes("none") / 5);
    assertThat(NativeLibrary.compresses()).isTrue();
  }

  @Test
  void theLibraryIsLoadedWithoutATraceInTheProperties() {
    NativeLibrary.load();
    assertThat(System.getProperty("library.leveldbjni.path")).isNull();
  }

  @Test
  void theDescriptorNamesTheLibrary() {
    Stores.open(directory()).close();
    assertThat(KvStores.describe(directory()).orElseThrow().engines().get("leveldb"))
        .isEqualTo("LevelDB 1.13 by leveldbjni 1.18.2");
  }

  @Test
  void aFlushSyncsEveryLogAndTheDirectory() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    try (KvStore store = disk.open(directory(), SMALL)) {
      for (int i = 0; i < 500; i++) {
        store.put(key(i), value(i, 1000));
        disk.forgetSyncs();
        List<Path> before = files(directory(), ".log");
        store.flush();
        for (Path log : files(directory(), ".log")) {
          if (before.contains(log)) { // LevelDB may delete it, or begin another, at any time
            assertThat(disk.forced).contains(log.getFileName().toString());
          }
        }
        assertThat(disk.syncedDirectories).isNotEmpty();
      }
      disk.forgetSyncs();
      store.flush();
      assertThat(disk.forced).as("a flush with nothing to do").isEmpty();
    }
  }

  /** Else nobody could tell whether it was a crash that emptied it. */
  @Test
  void aCompactionLeavesNoEmptyLogBehind() throws IOException {
    Path links = Files.createDirectory(temp.resolve("links"));
    try (KvStore store = Stores.open(directory())) {
      for (int i = 0; i < 3; i++) {
        Path log = files(directory(), ".log").get(0);
        Path link = Files.createLink(links.resolve(log.getFileName()), log);
        store.compact().result();
        assertThat(files(directory(), ".log")).isNotEmpty().doesNotContain(log);
        assertThat(link).isNotEmptyFile();
      }
    }
  }

  /** Else a loss of power could empty it, and what was synced to the next one would be dropped. */
  @Test
  void aCompactionLeavesNoLogBehindThatIsNotDurable() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    try (KvStore store = disk.open(directory(), KvOptions.defaults())) {
      for (int i = 0; i < 3; i++) {
        String log = files(directory(), ".log").get(0).getFileName().toString();
        disk.forgetSyncs();
        store.compact().result();
        assertThat(disk.forced).contains(log);
      }
    }
  }

  /**
   * LevelDB syncs the log that it writes to, and never one that it left behind. As it may delete
   * that at any time, a newer one that is not its own makes its log one that was left behind.
   */
  @Test
  void aSyncedWriteSyncsTheLogsBehindItOnce() throws IOException {
    WatchedDisk disk = new WatchedDisk();
    try (KvStore store = disk.open(directory(), KvOptions.defaults())) {
      String behind = files(directory(), ".log").get(0).getFileName().toString();
      Path newer = Files.createFile(directory().resolve(FileNames.log(999_999)));
      KvBatch batch = new KvBatch().put(key(1), value(1, 10));
      disk.forgetSyncs();
      store.write(batch, Durability.SYNC);
      assertThat(disk.forced).as("by one before which all is durable").isEmpty();
      assertThat(disk.syncedDirectories).isEmpty();
      store.put(key(2), value(2, 10));
      store.write(batch, Durability.SYNC);
      assertThat(disk.forced).containsExactly(behind);
      assertThat(disk.syncedDirectories).containsExactly(directory());
      disk.forgetSyncs();
      store.write(batch, Durability.SYNC);
      assertThat(disk.forced).as("by one with nothing new behind it").isEmpty();
      assertThat(disk.syncedDirectories).isEmpty();
      Files.delete(newer);
    }
  }

  @Test
  void afterAFlushThatFailedNothingIsWritten() {
    WatchedDisk disk = new WatchedDisk();
    KvStore store = disk.open(directory(), SMALL);
    fill(store, 0, 10, 10);
    disk.failsToForce = true;
    assertThatThrownBy(store::flush).hasMessageContaining("Input/output error");
    disk.failsToForce = false;
    assertThatThrownBy(() -> store.put(key(11), key(11))).isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(store::flush).isInstanceOf(StoreFailedException.class);
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertThat(store.get(key(3))).isEqualTo(value(3, 10));
    assertThatThrownBy(store::close).isInstanceOf(StoreFailedException.class);
    assertThat(directory().resolve(CleanMarker.NAME)).doesNotExist();
    try (KvStore again = disk.open(directory(), SMALL)) {
      assertThat(checked(again, 10)).isEqualTo(10);
    }
  }

  @Test
  void withoutSpaceToWorkInAWriteIsRefusedAndTheStoreWorksOn() {
    WatchedDisk disk = new WatchedDisk();
    try (KvStore store = disk.open(directory(), SMALL)) {
      fill(store, 0, 1000, 1000);
      disk.usableBytes = 3 << 20; // the tables have one already
      int refused = 0;
      for (int i = 1000; i < 10_000 && refused == 0; i++) {
        try {
          store.put(key(i), value(i, 1000));
        } catch (StoreFullException e) {
          assertThat(e).hasMessageContainingAll("free", "MiB", "nothing was written");
          refused = i;
        }
      }
      assertThat(refused).isPositive();
      int last = refused;
      assertThatThrownBy(() -> store.write(new KvBatch().put(key(last), new byte[1 << 20])))
          .isInstanceOf(StoreFullException.class);
      assertThatThrownBy(() -> store.compact().result()).isInstanceOf(StoreFullException.class);
      store.flush();
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
      assertThat(checked(store, 1000)).isEqualTo(refused);
      disk.usableBytes = Long.MAX_VALUE;
      store.put(key(refused), value(refused, 1000));
      assertThat(checked(store, 1000)).isEqualTo(refused + 1);
    }
  }

  @Test
  void withoutSpaceToWorkInAStoreIsNotOpened() {
    WatchedDisk disk = new WatchedDisk();
    try (KvStore store = disk.open(directory(), SMALL)) {
      fill(store, 0, 1000, 1000);
    }
    disk.usableBytes = 1 << 20;
    assertThatThrownBy(() -> disk.open(directory(), SMALL)).isInstanceOf(StoreFullException.class);
    disk.usableBytes = Long.MAX_VALUE;
    try (KvStore store = disk.open(directory(), SMALL)) {
      assertThat(checked(store, 1000)).isEqualTo(1000);
    }
  }

  @Test
  void theBoundOfKeysIsExactAfterACountAndNeverTooLow() {
    try (KvStore store = Stores.open(directory())) {
      fill(store, 0, 100, 10);
      fill(store, 0, 50, 10);
      store.delete(key(0));
      assertThat(metric(store, KvMetric.KEYS)).isEqualTo(150);
      assertThat(store.size()).isEqualTo(99);
      assertThat(metric(store, KvMetric.KEYS)).isEqualTo(99);
      store.write(new KvBatch().put(key(1000), key(1)).delete(key(1)).put(key(1001), key(1)));
      assertThat(metric(store, KvMetric.KEYS)).isEqualTo(101);
      assertThat(store.stats().metric(KvMetric.KEYS).orElseThrow().precision())
          .isEqualTo(KvMetric.Precision.UPPER_BOUND);
    }
    try (KvStore store = Stores.open(directory())) {
      assertThat(metric(store, KvMetric.KEYS)).isEqualTo(101);
    }
  }

  @Test
  void aKilledStoreKeepsItsWritesAndABoundOfItsKeys() throws IOException {
    Path copy;
    try (KvStore store = Stores.open(directory())) {
      fill(store, 0, 777, 500);
      copy = Stores.killed(directory(), temp.resolve("copy"));
    }
    try (KvStore store = Stores.open(copy)) {
      assertThat(metric(store, KvMetric.KEYS)).isGreaterThanOrEqualTo(777);
      assertThat(checked(store, 500)).isEqualTo(777);
      assertThat(metric(store, "droppedBytes")).isZero();
    }
  }

  @Test
  void aTornLogIsMendedSoThatLevelDbOpensIt() throws IOException {
    try (KvStore store = Stores.open(directory())) {
      fill(store, 0, 100, 500);
      Stores.killed(directory(), temp.resolve("killed"));
    }
    Path log = files(temp.resolve("killed"), ".log").get(0);
    byte[] bytes = Files.readAllBytes(log);
    for (int cut = 1; cut < 50_000; cut += 1999) {
      Path copy = Stores.killed(temp.resolve("killed"), temp.resolve("copy" + cut));
      Files.write(copy.resolve(log.getFileName()), Arrays.copyOf(bytes, cut));
      try (KvStore store = Stores.open(copy)) {
        int kept = checked(store, 500);
        assertThat(kept).isLessThan(100).isEqualTo((int) metric(store, KvMetric.KEYS));
        assertThat(metric(store, "droppedBytes")).isPositive();
      }
    }
  }

  @Test
  void compactionsMakeProgressAndCanBeCancelled() throws IOException {
    try (KvStore store = Stores.open(directory(), SMALL)) {
      fill(store, 0, 3000, 1000);
      fill(store, 0, 3000, 1000);
      KvTask task = store.compact();
      KvTask.Result result = task.result();
      assertThat(task.total()).hasValue(result.items());
      assertThat(bytes(files(directory(), ".sst"))).isLessThan(3_500_000);
      assertThat(checked(store, 1000)).isEqualTo(3000);
    }
  }

  @Test
  void theLevelsAreInTheStatistics() {
    try (KvStore store = Stores.open(directory(), SMALL)) {
      fill(store, 0, 3000, 1000);
      store.compact().result();
    }
    try (KvStore store = Stores.open(directory(), SMALL)) {
      assertThat(metric(store, "tables")).isPositive();
      assertThat(metric(store, "tableBytes")).isGreaterThan(3_000_000);
    }
  }

  @Test
  void readOnlyLeavesEveryByteAndEveryTraceOfACrashAsItIs() throws Exception {
    try (KvStore store = Stores.open(directory(), SMALL)) {
      fill(store, 0, 3000, 1000);
    }
    Files.delete(directory().resolve(CleanMarker.NAME)); // as after a crash
    Map<String, Integer> before = contents(directory());
    KvOptions options = KvOptions.builder().set(KvOptions.READ_ONLY, true).build();
    for (int round = 0; round < 2; round++) {
      try (KvStore store = Stores.open(directory(), options)) {
        assertThat(checked(store, 1000)).isEqualTo(3000);
        assertThat(store.verify().result().problemCount()).isZero();
      }
    }
    assertThat(contents(directory())).isEqualTo(before);
  }

  /** Returns a checksum of each file, by name. */
  private static Map<String, Integer> contents(Path directory) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void aRawStoreThatIsClosedLetsNobodyNearNativeCode() throws Exception {
    for (int round = 0; round < 20; round++) {
      KvStore store = Stores.open(temp.resolve("store" + round));
      fill(store, 0, 100, 100);
      KvStore raw = store.unwrap(LevelDbStore.class).orElseThrow();
      KvCursor cursor = raw.iterate();
      cursor.next();
      ExecutorService threads = Executors.newFixedThreadPool(3);
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(threads.submit(() -> callUntilClosed(raw)));
      }
      raw.close();
      for (Future<?> call : calls) {
        call.get(10, TimeUnit.MINUTES);
      }
      threads.shutdown();
      assertThatThrownBy(cursor::next).isInstanceOf(StoreClosedException.class);
      assertThatThrownBy(cursor::key).isInstanceOf(StoreClosedException.class);
      cursor.close();
      raw.close();
      assertThatThrownBy(raw::iterate).isInstanceOf(StoreClosedException.class);
      assertThatThrownBy(() -> raw.getAll(List.of(key(1))))
          .isInstanceOf(StoreClosedException.class);
      raw.stats();
    }
  }

  @Test
  void aCursorIsNotAskedForItsIdentityHashWhichWouldMakeItsMonitorSlow() {
    try (KvStore store = Stores.open(temp.resolve("store"));
        KvCursor raw = store.unwrap(LevelDbStore.class).orElseThrow().iterate()) {
      assertThat(raw.hashCode()).isNotEqualTo(System.identityHashCode(raw));
    }
  }

  private static void callUntilClosed(KvStore raw) {
    try {
      while (true) {
        raw.get(key(1));
        raw.put(key(2), key(2));
        try (KvCursor cursor = raw.iterate()) {
          cursor.next();
          cursor.value();
        }
        raw.stats();
      }
    } catch (StoreClosedException e) {
      // The end that is hoped for: the other one is that of the process.
    }
  }

  @Test
  void aDatabaseOfTheLibraryIsAdopted() throws IOException {
    Path raw = databaseOfTheLibrary(100, 100);
    assertThat(KvStores.adopt("leveldb", raw, KvOptions.defaults()).result().items())
        .isEqualTo(100);
    try (KvStore store = KvStores.open(raw)) {
      assertThat(checked(store, 100)).isEqualTo(100);
    }
  }

  @Test
  void aDatabaseThatCannotBeAdoptedStaysAsItIs() throws IOException {
    Path raw = databaseOfTheLibrary(1000, 1000);
    Files.delete(raw.resolve("LOCK")); // as in a copy made by hand
    Stores.flip(files(raw, ".sst").get(0), 100);
    Map<String, Integer> before = contents(raw);
    assertThatThrownBy(() -> KvStores.adopt("leveldb", raw, KvOptions.defaults()).result())
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("stays as it is");
    assertThat(contents(raw)).isEqualTo(before);
  }

  private Path databaseOfTheLibrary(int pairs, int valueBytes) throws IOException {
    NativeLibrary.load();
    Path raw = Files.createDirectories(temp.resolve("raw"));
    NativeOptions options = new NativeOptions().createIfMissing(true).writeBufferSize(64 << 10);
    NativeDB database = NativeDB.open(options, raw.toFile());
    for (int i = 0; i < pairs; i++) {
      database.put(new NativeWriteOptions(), key(i), value(i, valueBytes));
    }
    database.delete();
    return raw;
  }

  @Test
  void aDatabaseThatAnotherProgramHasOpenIsLeftAlone() throws Exception {
    Stores.open(directory()).close();
    Path lock = directory().resolve("LOCK");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Locker.class.getName(),
                lock.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo('!');
      assertThatThrownBy(() -> Stores.open(directory()))
          .hasMessageContaining("another program")
          .satisfies(e -> assertThat(((KvException) e).path()).contains(lock));
    } finally {
      other.destroyForcibly().waitFor();
    }
    Stores.open(directory()).close();
  }

  /** The other program: locks the file until it is killed. */
  static final class Locker {
    private Locker() {}

    public static void main(String[] args) throws IOException {
      try (DiskLock held = Disk.real().tryLock(Path.of(args[0])).orElseThrow()) {
        System.out.print(held == null ? '?' : '!');
        System.out.flush();
        System.in.read();
      }
    }
  }

  @Test
  void otherDirectoriesAreNotRecognized() throws IOException {
    Path other = Files.createDirectories(temp.resolve("other"));
    LevelDbBackend backend = new LevelDbBackend();
    assertThat(backend.recognizes(Disk.real(), other)).isFalse();
    Files.writeString(other.resolve("CURRENT"), "MANIFEST-000001\n");
    assertThat(backend.recognizes(Disk.real(), other)).isFalse();
  }
}
