// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static dev.ensemblekv.extent.StoreImage.bytes;
import static dev.ensemblekv.extent.StoreImage.contents;
import static dev.ensemblekv.extent.StoreImage.open;
import static dev.ensemblekv.extent.StoreImage.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreLockedException;
import dev.ensemblekv.api.StoreNotFoundException;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.DiskOperation;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After a repair everything is there of which the record is intact, nothing deleted is back whose
 * tombstone is, and each place that is lost was told.
 */
class RepairTest {
  private static final Pattern LOST = Pattern.compile("at byte (\\d+): (\\d+) bytes.*");

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 40);
  }

  private static SimulatedMachine machine(StoreImage image, Map<String, byte[]> files) {
    SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
    image.restore(machine.disk(), files);
    return machine;
  }

  private static KvTask.Result repair(SimulatedMachine machine) {
    return run(machine, machine.environment().repair(machine.directory()));
  }

  private static Map<String, String> check(SimulatedMachine machine) {
    try (KvStore store = open(machine)) {
      assertThat(run(machine, store.verify()).problems()).isEmpty();
      Map<String, String> contents = contents(store);
      assertThat(store.size()).isEqualTo(contents.size());
      return contents;
    }
  }

  private static List<String> names(StoreImage image, String prefix) {
    return image.files.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
  }

  /** Damages one to four places of segments and runs. */
  private static Map<String, byte[]> damaged(StoreImage image, SplittableRandom random) {
    Map<String, byte[]> files = new TreeMap<>(image.files);
    List<String> all = new ArrayList<>(names(image, "segment-"));
    all.addAll(names(image, "run-"));
    for (int i = random.nextInt(4); i >= 0; i--) {
      String name = all.get(random.nextInt(all.size()));
      byte[] bytes = files.getOrDefault(name, new byte[0]).clone();
      int at = random.nextInt(Math.max(1, bytes.length));
      int count = Math.min(1 + random.nextInt(5000), bytes.length - at);
      switch (random.nextInt(8)) {
        case 0 -> files.remove(name);
        case 1 -> files.computeIfPresent(name, (same, old) -> Arrays.copyOf(bytes, at));
        case 2, 3 -> {
          Arrays.fill(bytes, at, at + count, (byte) 0);
          files.replace(name, bytes);
        }
        case 4 -> {
          if (bytes.length > 60) {
            bytes[random.nextInt(60)] ^= 4;
            files.replace(name, bytes);
          }
        }
        default -> {
          if (bytes.length > 0) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            files.replace(name, bytes);
          }
        }
      }
    }
    return files;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatIsIntactIsThereAndWhatIsLostIsTold(long seed) throws IOException {
    StoreImage image = StoreImage.of(seed % 8);
    Map<String, byte[]> files = damaged(image, new SplittableRandom(seed));
    SimulatedMachine machine = machine(image, files);
    KvTask.Result result = repair(machine);
    Map<String, String> expected = image.expected(files);
    assertThat(check(machine)).isEqualTo(expected);
    checkReport(image, files, result);
    checkKept(machine, image, files);
    checkGoesOn(machine, expected);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void withoutAManifestToo(long seed) throws IOException {
    StoreImage image = StoreImage.of(seed % 8);
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, byte[]> files = damaged(image, random);
    byte[] manifest = image.file(Manifest.NAME);
    if (random.nextBoolean()) {
      files.remove(Manifest.NAME);
    } else {
      byte[] flipped = manifest.clone();
      flipped[random.nextInt(flipped.length)] ^= 1;
      files.put(Manifest.NAME, flipped);
    }
    SimulatedMachine machine = machine(image, files);
    KvTask.Result result = repair(machine);
    Map<String, String> expected = image.expected(files);
    assertThat(check(machine)).isEqualTo(expected);
    assertThat(result.problems()).anyMatch(problem -> isOf(problem, Manifest.NAME));
    checkKept(machine, image, files);
    checkGoesOn(machine, expected);
  }

  private static boolean isOf(KvTask.Problem problem, String name) {
    Path path = problem.path();
    return path != null && path.endsWith(name);
  }

  /** Each byte that is lost is told, and no record is told as lost that is there. */
  private static void checkReport(
      StoreImage image, Map<String, byte[]> files, KvTask.Result result) {
    for (String name : image.files.keySet()) {
      if (Arrays.equals(image.files.get(name), files.get(name))) {
        assertThat(result.problems()).noneMatch(problem -> isOf(problem, name));
      } else if (name.startsWith("segment-") && !files.containsKey(name)) {
        assertThat(result.problems()).anyMatch(problem -> isOf(problem, name));
      }
    }
    for (StoreImage.Stored record : image.records) {
      if (files.containsKey(record.file())) {
        boolean told = result.problems().stream().anyMatch(problem -> tells(problem, record));
        assertThat(told).as("%s is told", record).isNotEqualTo(image.counts(record, files));
      }
    }
    for (String name : names(image, "run-")) {
      if (!Arrays.equals(image.files.get(name), files.get(name))) {
        assertThat(result.problems()).anyMatch(problem -> isOf(problem, name));
      }
    }
  }

  private static boolean tells(KvTask.Problem problem, StoreImage.Stored record) {
    Matcher matcher = LOST.matcher(problem.message());
    if (!isOf(problem, record.file()) || !matcher.matches()) {
      return false;
    }
    long from = Long.parseLong(matcher.group(1));
    long end = from + Long.parseLong(matcher.group(2));
    return from < record.offset() + record.bytes() && end > record.offset();
  }

  /** Files in which records are lost are there as they were found. */
  private static void checkKept(
      SimulatedMachine machine, StoreImage image, Map<String, byte[]> files) throws IOException {
    List<String> there = machine.disk().list(machine.directory());
    for (StoreImage.Stored record : image.records) {
      byte[] found = files.get(record.file());
      if (found != null && !image.isIntact(record, files)) {
        String kept = record.file() + Repair.ASIDE;
        if (there.contains(kept)) {
          assertThat(machine.disk().contents(machine.directory().resolve(kept))).isEqualTo(found);
        } else {
          // Only the end of the last segment can be cut off without a trace, when the manifest is.
          assertThat(files.get(Manifest.NAME)).isNotEqualTo(image.files.get(Manifest.NAME));
        }
      }
    }
  }

  private static void checkGoesOn(SimulatedMachine machine, Map<String, String> expected) {
    Map<String, String> model = new TreeMap<>(expected);
    try (KvStore store = open(machine)) {
      for (int i = 0; i < 60; i++) {
        store.put(bytes("k" + i % 20), bytes("after" + i));
        model.put("k" + i % 20, "after" + i);
        store.delete(bytes("k" + (20 + i % 5)));
        model.remove("k" + (20 + i % 5));
      }
      run(machine, store.compact());
      assertThat(contents(store)).isEqualTo(model);
    }
    assertThat(check(machine)).isEqualTo(model);
    assertThat(repair(machine).problems()).isEmpty();
    assertThat(check(machine)).isEqualTo(model);
  }

  /** So the tombstones that compactions keep are enough to rebuild the index. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void aSoundStoreIsAsItWas(long seed) throws IOException {
    StoreImage image = StoreImage.of(seed);
    assertThat(image.expected(image.files)).isEqualTo(image.contents);
    SimulatedMachine machine = machine(image, image.files);
    assertThat(repair(machine).problems()).isEmpty();
    assertThat(check(machine)).isEqualTo(image.contents);
    Map<String, byte[]> bare = new TreeMap<>(image.files);
    bare.keySet().removeIf(name -> name.equals(Manifest.NAME) || name.startsWith("run-"));
    machine = machine(image, bare);
    assertThat(repair(machine).problemCount()).isEqualTo(1);
    assertThat(check(machine)).isEqualTo(image.contents);
  }

  @Test
  void aStoreThatWasKilledIsRepairedWithAllThatWasWritten() {
    SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
    KvStore store = open(machine);
    for (int i = 0; i < 100; i++) {
      store.put(bytes("k" + i % 30), bytes("v" + i));
    }
    Map<String, String> before = contents(store);
    SimulatedMachine next = machine.afterKill();
    assertThat(repair(next).problems()).isEmpty();
    assertThat(check(next)).isEqualTo(before);
    assertThatThrownBy(() -> repair(machine)).isInstanceOf(StoreLockedException.class);
    store.close();
  }

  @Test
  void whatTheDiskCannotReadIsLostAndNoMore() throws IOException {
    StoreImage image = StoreImage.of(1);
    int from = 4096;
    int end = 8192;
    Map<String, byte[]> files = new TreeMap<>();
    String name = "";
    for (String each : names(image, "segment-")) { // until something in it counts
      if (files.isEmpty() || image.expected(files).equals(image.contents)) {
        name = each;
        byte[] found = image.file(name).clone();
        Arrays.fill(found, from, end, (byte) 0xFF);
        files.putAll(image.files);
        files.put(name, found);
      }
    }
    SimulatedMachine machine = machine(image, image.files);
    KvEnvironment environment =
        KvEnvironment.builder().disk(unreadable(machine.disk(), name, from, end)).build();
    KvTask.Result result = environment.repair(machine.directory()).result();
    checkReport(image, files, result);
    assertThat(machine.disk().contents(machine.directory().resolve(name + Repair.ASIDE)))
        .isEqualTo(image.file(name));
    assertThat(check(machine)).isEqualTo(image.expected(files)).isNotEqualTo(image.contents);
  }

  /** Returns a disk that cannot read some bytes of a file. */
  private static Disk unreadable(Disk disk, String name, long from, long end) {
    return through(
        Disk.class,
        disk,
        (method, arguments, result) ->
            result instanceof DiskFile file && ((Path) arguments[0]).endsWith(name)
                ? through(
                    DiskFile.class,
                    file,
                    (reading, where, count) -> {
                      if (reading.equals("read")
                          && (long) where[0] < end
                          && (long) where[0] + (int) where[3] > from) {
                        throw new IOException("Input/output error");
                      }
                      return count;
                    })
                : result);
  }

  /** What is done about the result of a call. */
  @FunctionalInterface
  private interface Answer {
    Object answer(String method, Object[] arguments, Object result) throws IOException;
  }

  private static <T> T through(Class<T> type, T object, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return answer.answer(method.getName(), arguments, method.invoke(object, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aRepairThatWasCutShortIsBegunAgain(long seed) throws IOException {
    StoreImage image = StoreImage.of(seed);
    Map<String, byte[]> files = damaged(image, new SplittableRandom(seed));
    if (seed % 2 == 0) {
      files.remove(Manifest.NAME);
    }
    Map<String, String> expected = image.expected(files);
    CrashExplorer.<Set<String>>of(
            Set::of,
            (machine, none) -> repair(machine),
            (machine, none) -> {
              repair(machine);
              assertThat(check(machine)).isEqualTo(expected);
              checkKept(machine, image, files);
            })
        .prepare(disk -> image.restore(disk, files))
        .seed(seed)
        .outcomes(2)
        .build()
        .explore();
  }

  @Test
  void whereThereIsNoStoreNothingIsRepaired() {
    SimulatedMachine machine = new SimulatedMachine(1, UnaryOperator.identity());
    assertThatThrownBy(() -> machine.environment().repair(machine.directory()))
        .isInstanceOf(StoreNotFoundException.class);
    assertThat(machine.disk().exists(machine.directory())).isFalse();
  }

  /**
   * A crash kept a segment from being deleted that held the put, and not the one with the
   * tombstone.
   */
  @Test
  void whatWasToBeDeletedCountsOnlyWithoutAManifestWhichIsTold() throws IOException {
    for (boolean known : new boolean[] {true, false}) {
      SmallEngine engine = new SmallEngine(SmallEngine.OPTIONS);
      engine.disk().faults().omit(DiskOperation.DELETE, engine.path(Segment.name(1))::equals);
      engine.put(1, "deleted");
      engine.put(2, "kept");
      engine.compact();
      engine.store.delete(SmallEngine.key(1));
      engine.compact();
      engine.compact();
      engine.store.close();
      engine.disk().faults().clear();
      assertThat(engine.disk().exists(engine.path(Segment.name(1)))).isTrue();
      if (!known) {
        engine.disk().delete(engine.path(Manifest.NAME));
      }
      KvTask.Result result = repairBare(engine);
      engine.store = BareEngine.open(engine.machine, SmallEngine.OPTIONS);
      assertThat(engine.get(2)).isEqualTo("kept");
      assertThat(engine.get(1)).isEqualTo(known ? null : "deleted");
      assertThat(result.problems().stream().map(KvTask.Problem::message))
          .filteredOn(problem -> problem.contains("keys that were deleted before it may be back"))
          .hasSize(known ? 0 : 1);
    }
  }

  private static KvTask.Result repairBare(SmallEngine engine) {
    SimulatedMachine machine = engine.machine;
    BareEngine context =
        new BareEngine(
            machine.disk(),
            machine.executor(),
            machine.environment(),
            machine.directory(),
            SmallEngine.OPTIONS);
    return KvTask.start(
            Runnable::run, "repair", "records", progress -> Repair.run(context, progress))
        .result();
  }
}
