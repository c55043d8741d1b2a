// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores on a real disk, whose background work is run by hand. */
class MappingKeeperTest {
  private static final int VALUE_BYTES = 1000;

  private final WatchedMappings mappings = new WatchedMappings();
  private final SimulatedMachine machine = new SimulatedMachine(1, environment -> environment);
  @TempDir Path directory;

  private ExtentStore open(String name, MappingBudget budget, ExtentOptions.Access access) {
    Path path = directory.resolve(name);
    KvOptions options =
        KvOptions.builder()
            .set(ExtentOptions.ACCESS, access)
            .set(ExtentOptions.MEMTABLE_KEYS, 16L)
            .set(ExtentOptions.SEGMENT_SIZE, 8L << 10)
            .build();
    try {
      mappings.disk().createDirectories(path);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return Opening.open(
        new BareEngine(mappings.disk(), machine.executor(), machine.environment(), path, options),
        budget);
  }

  private static byte[] value(int key) {
    byte[] value = new byte[VALUE_BYTES];
    new java.util.Random(key).nextBytes(value);
    return value;
  }

  private void put(ExtentStore store, int from, int to) {
    for (int key = from; key < to; key++) {
      store.put(SmallEngine.key(key), value(key));
      machine.executor().runAll();
    }
  }

  private static void check(ExtentStore store, int to) {
    check(store, 0, to);
  }

  private static void check(ExtentStore store, int from, int to) {
    for (int key = 0; key < from; key++) {
      assertThat(store.get(SmallEngine.key(key))).isNull();
    }
    for (int key = from; key < to; key++) {
      assertThat(store.get(SmallEngine.key(key))).isEqualTo(value(key));
      int number = key;
      store.read(
          SmallEngine.key(key),
          buffer -> {
            byte[] found = new byte[buffer.remaining()];
            buffer.get(found);
            assertThat(found).isEqualTo(value(number));
            return null;
          });
    }
    for (int key = to; key < 2 * to; key++) {
      assertThat(store.exists(SmallEngine.key(key))).isFalse();
    }
  }

  private List<String> mappedSegments() {
    return mappings.names().stream().filter(name -> name.startsWith("segment")).toList();
  }

  @Test
  void aStoreThatGrowsTooGreatIsReadByCalls() throws Exception {
    MappingBudget budget = new MappingBudget(100_000, 1000);
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.AUTO)) {
      put(store, 0, 80);
      assertThat(mappedSegments()).hasSizeGreaterThan(8);
      check(store, 80);
      put(store, 80, 160);
      store.flush();
      put(store, 160, 161);
      assertThat(mappedSegments()).as("those that are written").hasSizeLessThanOrEqualTo(3);
      check(store, 161);
    }
    assertThat(mappings.names()).isEmpty();
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.AUTO)) {
      assertThat(mappedSegments()).isEmpty();
      check(store, 161);
    }
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.MAPPED)) {
      assertThat(mappedSegments()).hasSizeGreaterThan(16);
      check(store, 161);
      assertThat(budget.share(ExtentOptions.Access.AUTO).ofSealed()).isFalse();
    }
    assertThat(budget.share(ExtentOptions.Access.AUTO).ofSealed()).isTrue();
    assertThat(mappings.names()).isEmpty();
  }

  @Test
  void oneStoreTooManyHasAllReadByCalls() {
    MappingBudget budget = new MappingBudget(100_000, 1000);
    try (ExtentStore first = open("first", budget, ExtentOptions.Access.AUTO)) {
      put(first, 0, 60);
      assertThat(mappedSegments()).hasSizeGreaterThan(6);
      first.flush();
      try (ExtentStore second = open("second", budget, ExtentOptions.Access.AUTO)) {
        put(second, 0, 60);
        machine.executor().runAll();
        assertThat(mappedSegments()).hasSizeLessThanOrEqualTo(6);
        check(first, 60);
        check(second, 60);
      }
    }
    assertThat(mappings.names()).isEmpty();
  }

  @Test
  void whatTwoStoresShareCountsOnce() throws Exception {
    MappingBudget budget = new MappingBudget(130_000, 1000);
    Path second = directory.resolve("second");
    mappings.disk().createDirectories(second);
    try (ExtentStore donor = open("first", budget, ExtentOptions.Access.AUTO)) {
      put(donor, 0, 90);
      DivisibleStore divisible = donor.unwrap(DivisibleStore.class).orElseThrow();
      divisible.copyTo(second, 1, new HashSlice(1, 1));
      divisible.retain(new HashSlice(1, 0));
      machine.executor().runAll();
      try (ExtentStore copy = open("second", budget, ExtentOptions.Access.AUTO)) {
        assertThat(budget.share(ExtentOptions.Access.AUTO).ofSealed()).isTrue();
        put(copy, 0, 1);
        put(donor, 1, 2);
        assertThat(budget.share(ExtentOptions.Access.AUTO).ofSealed()).isTrue();
      }
    }
  }

  @Test
  void whatIsMappedIsToldPartByPart() {
    MappingBudget budget = new MappingBudget(100_000, 1000);
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.AUTO)) {
      put(store, 0, 60);
      assertThat(metric(store, "mappedFilesMemoryBytes")).isGreaterThan(60 * VALUE_BYTES);
      assertThat(metric(store, "memtablesMemoryBytes")).isBetween(16L * 24, 64L << 10);
      put(store, 60, 160);
      store.flush();
      put(store, 160, 161);
      assertThat(metric(store, "mappedFilesMemoryBytes"))
          .as("what is written")
          .isLessThan(40L << 10);
      assertThat(metric(store, "mappedFilterBytes")).isEqualTo(metric(store, "filterBytes"));
    }
  }

  private static long metric(ExtentStore store, String name) {
    return store.stats().metric(name).orElseThrow().asLong();
  }

  /** Forcing what may be written by a mapping costs more than writing it to the medium. */
  @Test
  void fullSegmentsAreForcedWhenNobodyCanWriteToThem() {
    MappingBudget budget = new MappingBudget(1 << 20, 1000);
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.AUTO)) {
      put(store, 0, 160);
      Map<String, Boolean> segments = new TreeMap<>(mappings.forced());
      segments.keySet().removeIf(name -> !name.startsWith("segment"));
      assertThat(segments).hasSizeGreaterThan(16);
      assertThat(segments.values().stream().filter(writable -> writable))
          .as("the one that is written, and the next")
          .hasSizeLessThanOrEqualTo(2);
      assertThat(mappedSegments()).as("read by mappings").containsAll(segments.keySet());
      check(store, 160);
    }
  }

  @Test
  void fullSegmentsTakeNoHandlesThatCannotBeTakenBack() throws Exception {
    Path handles = Path.of("/proc/self/fd");
    assumeThat(handles).isDirectory();
    MappingBudget budget = new MappingBudget(1 << 20, 1000);
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.AUTO)) {
      put(store, 0, 160);
      for (int key = 0; key < 100; key++) {
        store.delete(SmallEngine.key(key));
      }
      store.compact();
      machine.executor().runAll();
      assertThat(mappedSegments()).hasSizeGreaterThan(6);
      try (Stream<Path> open = Files.list(handles)) {
        assertThat(open.filter(Files::exists).map(MappingKeeperTest::target))
            .as("the one that is written, and the next")
            .filteredOn(file -> file.startsWith(directory) && file.toString().contains("segment-"))
            .hasSizeLessThanOrEqualTo(2);
      }
      check(store, 100, 160);
    }
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aMappingIsThereAsLongAsSomebodyReadsByIt() {
    MappingBudget budget = new MappingBudget(100_000, 1000);
    try (ExtentStore store = open("store", budget, ExtentOptions.Access.AUTO)) {
      put(store, 0, 60);
      String first = mappedSegments().get(0);
      Boolean done =
          store.read(
              SmallEngine.key(0),
              buffer -> {
                assertThat(buffer.isDirect()).isTrue();
                put(store, 60, 160);
                assertThat(mappedSegments()).contains(first);
                assertThat(store.get(SmallEngine.key(0))).isEqualTo(value(0));
                byte[] found = new byte[buffer.remaining()];
                buffer.get(found);
                assertThat(found).isEqualTo(value(0));
                return true;
              });
      assertThat(done).isTrue();
      put(store, 160, 180);
      assertThat(mappedSegments()).doesNotContain(first);
      check(store, 180);
    }
    assertThat(mappings.names()).isEmpty();
  }
}
