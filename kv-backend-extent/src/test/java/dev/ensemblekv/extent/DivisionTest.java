// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.io.IOException;
import java.lang.Thread.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store divided in two that share files: each is a store as if it had been alone for ever. */
class DivisionTest {
  private static final int KEYS = 400;
  private static final HashSlice LOWER = new HashSlice(1, 0);
  private static final HashSlice UPPER = new HashSlice(1, 1);
  private static final KvOptions OPTIONS =
      SmallEngine.OPTIONS.toBuilder().set(ExtentOptions.SEGMENT_SIZE, 16L << 10).build();

  private final SmallEngine donor = new SmallEngine(OPTIONS);
  private int branches;

  private static DivisibleStore divisible(SmallEngine engine) {
    return engine.store.unwrap(DivisibleStore.class).orElseThrow();
  }

  /** Makes a second store of a slice, and has the first one retain another. */
  private SmallEngine divide(SmallEngine engine, HashSlice stays, HashSlice leaves)
      throws IOException {
    Path directory = Path.of("/copies/" + ++branches);
    engine.disk().createDirectories(directory);
    divisible(engine).copyTo(directory, branches, leaves);
    SmallEngine copy = new SmallEngine(engine.machine, directory, OPTIONS);
    divisible(engine).retain(stays);
    return copy;
  }

  private static Manifest manifest(SmallEngine engine) throws IOException {
    Path manifest = engine.path(Manifest.NAME);
    byte[] bytes = DiskFiles.read(engine.disk(), manifest, Manifest.MAX_BYTES);
    return Manifest.decode(bytes, manifest);
  }

  private static int routing(SmallEngine engine, int key) throws IOException {
    return new KeyHash.Function(manifest(engine).seed()).of(SmallEngine.key(key)).routing();
  }

  private static String value(int number) {
    return number + "x".repeat(100 + number % 300);
  }

  private void fill() {
    for (int key = 0; key < KEYS; key++) {
      donor.put(key, value(key));
    }
  }

  private void assertHolds(SmallEngine engine, HashSlice slice) throws IOException {
    int keys = 0;
    for (int key = 0; key < KEYS; key++) {
      boolean isIn = slice.contains(routing(engine, key));
      assertThat(engine.get(key)).isEqualTo(isIn ? value(key) : null);
      assertThat(engine.store.exists(SmallEngine.key(key))).isEqualTo(isIn);
      keys += isIn ? 1 : 0;
    }
    assertThat(engine.store.size()).isEqualTo(keys).isBetween(1L, (long) KEYS - 1);
    assertThat(contents(engine)).hasSize(keys);
    assertThat(engine.verify().problems()).isEmpty();
  }

  private static Map<String, String> contents(SmallEngine engine) {
    Map<String, String> pairs = new TreeMap<>();
    try (KvCursor cursor = engine.store.iterate()) {
      while (cursor.next()) {
        String former =
            pairs.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
        assertThat(former).isNull();
      }
    }
    return pairs;
  }

  @Test
  void eachHalfHasItsKeysAndNoOther() throws IOException {
    fill();
    SmallEngine copy = divide(donor, LOWER, UPPER);
    assertHolds(donor, LOWER);
    assertHolds(copy, UPPER);
    donor.work();
    copy.work();
    assertHolds(donor, LOWER);
    donor.reopen();
    copy.reopen();
    assertHolds(donor, LOWER);
    assertHolds(copy, UPPER);
    donor.compact();
    copy.compact();
    assertHolds(donor, LOWER);
    assertHolds(copy, UPPER);
  }

  @Test
  void nothingIsCopiedByTheFirstDivisionAndEachHalfMovesItsOwnAfterTheSecond() throws IOException {
    fill();
    donor.store.flush();
    donor.work();
    long before = donor.bytesOf("segment-");
    SmallEngine copy = divide(donor, LOWER, UPPER);
    donor.work();
    copy.put(1, value(1)); // only then is anything of it changed
    copy.work();
    assertThat(copy.bytesOf("segment-")).isLessThan(before + 2 * (16 << 10));
    assertThat(donor.bytesOf("segment-")).isLessThan(before + 2 * (16 << 10));
    for (SmallEngine engine : List.of(donor, copy)) {
      assertThat(engine.bytesOf("segment-"))
          .as("all is still shared")
          .isGreaterThan(before * 9 / 10);
      assertThat(engine.metric("sharedSegments")).isPositive();
    }

    SmallEngine third = divide(donor, new HashSlice(3, 0), new HashSlice(3, 2));
    donor.work();
    assertThat(donor.metric("sharedSegments")).isZero();
    assertThat(donor.bytesOf("segment-")).isLessThan(before / 2);
    assertHolds(donor, new HashSlice(3, 0));
    assertHolds(third, new HashSlice(3, 2));
  }

  /** As the target of a split that copied has. */
  @Test
  void aDivisionIsOneHalvingHoweverManyBitsAllKeysHadInCommonBefore() throws IOException {
    HashSlice all = new HashSlice(3, 1);
    for (int key = 0; key < KEYS; key++) {
      if (all.contains(routing(donor, key))) {
        donor.put(key, value(key));
      }
    }
    donor.store.flush();
    donor.work();
    long before = donor.bytesOf("segment-");
    SmallEngine copy = divide(donor, new HashSlice(7, 1), new HashSlice(7, 5));
    donor.work();
    assertHolds(donor, new HashSlice(7, 1));
    assertHolds(copy, new HashSlice(7, 5));
    assertThat(donor.metric("sharedSegments")).isPositive();
    assertThat(donor.bytesOf("segment-")).as("all is still shared").isGreaterThan(before * 9 / 10);
  }

  /** Or an ensemble would seem to take twice the space after a split, and four times after two. */
  @Test
  void whatTheHalvesCountAddsUpToWhatThereIs() throws IOException {
    fill();
    donor.compact();
    long before = donor.metric(KvMetric.DISK_BYTES);
    SmallEngine copy = divide(donor, LOWER, UPPER);
    donor.work();
    copy.put(1, value(1));
    copy.work();
    assertThat(copy.metric("sharedSegments")).isPositive();
    assertThat(donor.metric(KvMetric.DISK_BYTES) + copy.metric(KvMetric.DISK_BYTES))
        .isBetween(before * 9 / 10, before * 5 / 4);
  }

  @Test
  void whatIsMovedBeforeTheStoreKnowsWhatIsLeftToItGoesInTheEnd() throws IOException {
    fill();
    long before = donor.bytesOf("segment-");
    Path directory = Path.of("/copies/1");
    donor.disk().createDirectories(directory);
    divisible(donor).copyTo(directory, 1, UPPER);
    for (int key = 0; key < KEYS; key += 2) {
      if (LOWER.contains(routing(donor, key))) {
        donor.put(key, value(key));
      }
    }
    donor.compact();
    divisible(donor).retain(LOWER);
    donor.compact();
    assertHolds(donor, LOWER);
    assertThat(donor.bytesOf("segment-")).isLessThan(before * 3 / 4);
  }

  @Test
  void aStoreIsDivisibleAgainWhenWhatTheOtherHasIsOutOfIt() throws IOException {
    fill();
    assertThat(divisible(donor).isDivisible()).isTrue();
    divide(donor, LOWER, UPPER);
    assertThat(divisible(donor).isDivisible()).isFalse();
    donor.work();
    assertThat(divisible(donor).isDivisible()).isTrue();
    divide(donor, new HashSlice(3, 0), new HashSlice(3, 2));
    assertThat(divisible(donor).isDivisible()).isFalse();
    donor.work();
    assertThat(divisible(donor).isDivisible()).isTrue();
  }

  @Test
  void whereThereAreNoLinksNothingIsCopiedWhileTheWritersWait() throws IOException {
    fill();
    Path directory = Path.of("/copies/1");
    donor.disk().createDirectories(directory);
    donor.disk().faults().fail(DiskOperation.LINK, path -> true, 0, 1);
    assertThatThrownBy(() -> divisible(donor).copyTo(directory, 1, UPPER))
        .isInstanceOf(KvException.class)
        .hasMessageContaining("by copying");
    assertThat(divisible(donor).isDivisible()).isFalse();
    assertThat(donor.get(1)).isEqualTo(value(1));
  }

  @Test
  void theAccountsOfBothHalvesAreExactAfterCompaction() throws IOException {
    fill();
    for (int key = 0; key < KEYS; key += 3) {
      donor.put(key, value(key));
    }
    donor.work();
    SmallEngine copy = divide(donor, LOWER, UPPER);
    for (SmallEngine engine : List.of(donor, copy)) {
      engine.compact();
      assertThat(engine.metric(KvMetric.KEYS)).isEqualTo(engine.store.size());
      assertThat(engine.metric(KvMetric.LIVE_BYTES)).isEqualTo(liveBytes(engine));
    }
  }

  private static long liveBytes(SmallEngine engine) {
    long bytes = 0;
    for (Map.Entry<String, String> pair : contents(engine).entrySet()) {
      long record = RecordFormat.bytes(pair.getKey().length(), pair.getValue().length());
      bytes += Location.bytes(Location.ofValue(1, 64, record));
    }
    return bytes;
  }

  @Test
  void aCountTellsTheHalvesApart() throws IOException {
    fill();
    DivisibleStore.Count count = divisible(donor).count(UPPER);
    while (count.next()) {
      assertThat(count.progress()).isBetween(0.0, 1.0);
    }
    long upper = 0;
    long bytes = 0;
    for (int key = 0; key < KEYS; key++) {
      if (UPPER.contains(routing(donor, key))) {
        upper++;
        bytes += SmallEngine.key(key).length + value(key).length();
      }
    }
    assertThat(count.counted().keys()).isEqualTo(upper);
    assertThat(count.counted().otherKeys()).isEqualTo(KEYS - upper);
    assertThat(count.counted().bytes()).isBetween(bytes, bytes * 2);
  }

  @Test
  void onlyTheSeedOfItsHashFits() throws IOException {
    long seed = manifest(donor).seed();
    assertThat(divisible(donor).isHashedWith(seed)).isTrue();
    assertThat(divisible(donor).isHashedWith(seed + 1)).isFalse();
  }

  /** An ensemble writes to it for the first time while others wait. */
  @Test
  void theFirstWriteOfAPreparedStoreMakesNothingDurable() throws IOException {
    fill();
    SmallEngine copy = divide(donor, LOWER, UPPER);
    List<String> seen = new ArrayList<>();
    copy.watch((operation, path) -> seen.add(operation));
    divisible(copy).prepareWrites();
    divisible(copy).prepareWrites();
    assertThat(seen).contains("create", "rename", "syncDirectory");
    seen.clear();
    int key = KEYS;
    while (!UPPER.contains(routing(copy, key))) {
      key++;
    }
    copy.put(key, value(1));
    assertThat(seen).doesNotContain("create", "rename", "syncDirectory");
    copy.reopen();
    assertThat(copy.get(key)).isEqualTo(value(1));
  }

  @Test
  void aCopyHasWhatWasWrittenBeforeAndPerhapsWhatIsWrittenMeanwhile() throws IOException {
    fill();
    donor.watch(
        (operation, path) -> {
          if (operation.equals("link")) {
            donor.put(KEYS, "meanwhile");
            donor.store.delete(SmallEngine.key(0));
          }
        });
    SmallEngine copy = divide(donor, LOWER, UPPER);
    for (int key = 1; key < KEYS; key++) {
      boolean isUpper = UPPER.contains(routing(donor, key));
      assertThat(copy.get(key)).isEqualTo(isUpper ? value(key) : null);
      assertThat(donor.get(key)).isEqualTo(isUpper ? null : value(key));
    }
    boolean isUpper = UPPER.contains(routing(donor, KEYS));
    assertThat(donor.get(KEYS)).isEqualTo(isUpper ? null : "meanwhile");
    assertThat(copy.verify().problems()).isEmpty();
    donor.compact();
    assertThat(donor.metric(KvMetric.KEYS)).isEqualTo(donor.store.size());
    assertThat(donor.metric(KvMetric.LIVE_BYTES)).isEqualTo(liveBytes(donor));
  }

  /** They go on with the same numbers of files. */
  @Test
  void aFileOfAnotherCopyIsToldFromOnesOwn() throws IOException {
    fill();
    SmallEngine first = divide(donor, LOWER, UPPER);
    SmallEngine second = divide(donor, new HashSlice(3, 0), new HashSlice(3, 2));
    for (SmallEngine engine : List.of(first, second)) {
      for (int key = KEYS; key < KEYS + 200; key++) {
        engine.put(key, value(engine == first ? 7 : 8));
      }
      engine.store.close();
    }
    List<String> mistaken = new ArrayList<>();
    for (String name : first.disk().list(first.directory)) {
      if (StoreFiles.isOurs(name)
          && second.disk().exists(second.path(name))
          && !Arrays.equals(
              first.disk().contents(first.path(name)), second.disk().contents(second.path(name)))) {
        mistaken.add(name);
        first.disk().delete(first.path(name));
        first.disk().link(second.path(name), first.path(name));
      }
    }
    assertThat(mistaken).isNotEmpty();
    assertThatThrownBy(() -> new SmallEngine(first.machine, first.directory, OPTIONS))
        .isInstanceOf(CorruptionException.class);
  }

  private static SmallEngine repair(SmallEngine closed) {
    BareEngine engine =
        new BareEngine(
            closed.disk(),
            closed.machine.executor(),
            closed.machine.environment(),
            closed.directory,
            OPTIONS);
    KvTask.start(Runnable::run, "repair", "records", progress -> Repair.run(engine, progress))
        .result();
    return new SmallEngine(closed.machine, closed.directory, OPTIONS);
  }

  @Test
  void aRepairedHalfHasItsKeysAndNoOther() throws IOException {
    fill();
    SmallEngine copy = divide(donor, LOWER, UPPER);
    copy.store.close();
    for (String name : copy.disk().list(copy.directory)) {
      if (name.startsWith("run-")) {
        copy.disk().flipBit(copy.path(name), 100, 1);
      }
    }
    SmallEngine repaired = repair(copy);
    assertHolds(repaired, UPPER);
    assertThat(repaired.metric(KvMetric.KEYS)).isEqualTo(repaired.store.size());
  }

  private static void goOn(SmallEngine engine) {
    engine.put(KEYS, value(KEYS));
    engine.store.close();
  }

  /** All that is there is of the donor, which goes on after a crash in its next epoch. */
  @Test
  void aCopyThatLostItsManifestDoesNotGoOnAsTheDonorDoes() throws IOException {
    fill();
    SmallEngine copy = divide(donor, LOWER, UPPER);
    copy.store.close();
    copy.disk().delete(copy.path(Manifest.NAME));
    SmallEngine repaired = repair(copy);
    donor.store.flush();
    donor.store = new SmallEngine(donor.machine, OPTIONS).store; // as after a kill
    goOn(repaired);
    goOn(donor);
    assertThat(Epochs.branch(manifest(repaired).epoch()))
        .isNotIn(Epochs.branch(manifest(donor).epoch()), branches);
  }

  @Test
  void aSegmentOfTheTimeBeforeTheDivisionIsReadWithoutHeaderAndManifest() throws IOException {
    fill();
    donor.work();
    SmallEngine copy = divide(donor, LOWER, UPPER);
    for (int key = 0; key < KEYS; key++) {
      if (UPPER.contains(routing(copy, key))) {
        copy.put(KEYS + key, value(key)); // so that there is something of its own branch
      }
    }
    copy.store.close();
    copy.disk().delete(copy.path(Manifest.NAME));
    copy.disk().flipBit(copy.path(Segment.name(1)), 44, 1);
    SmallEngine repaired = repair(copy);
    for (int key = 0; key < KEYS; key++) {
      assertThat(repaired.get(key)).isEqualTo(value(key)); // all keys, as nothing tells its own
    }
  }

  private static List<String> segments(SmallEngine engine) throws IOException {
    return engine.disk().list(engine.directory).stream()
        .filter(name -> name.startsWith("segment-"))
        .toList();
  }

  @Test
  void whatIsDroppedWhileACopyIsMadeIsDeletedWhenItIsMade() throws IOException {
    fill();
    AtomicBoolean compacted = new AtomicBoolean();
    donor.watch(
        (operation, path) -> {
          if (operation.equals("link") && !compacted.getAndSet(true)) {
            donor.compact();
          }
        });
    for (int key = 0; key < KEYS; key += 2) {
      donor.put(key, value(key));
    }
    Path directory = Path.of("/copies/1");
    donor.disk().createDirectories(directory);
    divisible(donor).copyTo(directory, 1, UPPER);
    assertThat(compacted).isTrue();
    List<String> named =
        manifest(donor).segments().stream().map(entry -> Segment.name(entry.id())).toList();
    assertThat(segments(donor)).containsExactlyElementsOf(named);
  }

  /** It may take long, and an ensemble that is to be closed waits for this. */
  @Test
  void aCompactionInTheBackgroundGivesWayWhenTheOtherKeysAreForgotten() throws Exception {
    SmallEngine engine =
        new SmallEngine(
            OPTIONS.toBuilder()
                .set(ExtentOptions.SEGMENT_SIZE, 4L << 20)
                .set(ExtentOptions.REPLAY_SIZE, 64L << 20)
                .build());
    Thread retaining = new Thread(() -> divisible(engine).retain(LOWER));
    engine.watch(
        (operation, path) -> {
          if (WatchedDisk.isRelocation(operation) && retaining.getState() == State.NEW) {
            retaining.start();
            while (!((ExtentStore) engine.store).parts().upkeep.isToGiveWay()) {
              Thread.onSpinWait();
            }
          }
        });
    String large = "x".repeat(64 << 10);
    for (int key = 0; key < 128; key++) {
      engine.put(key, large);
    }
    for (int i = 0; i < 256; i++) { // so that half of what is above is dead
      engine.put(i % 64 * 2, large);
    }
    Path directory = Path.of("/copies/1");
    engine.disk().createDirectories(directory);
    divisible(engine).copyTo(directory, 1, UPPER);
    List<String> before = segments(engine);
    while (retaining.getState() == State.NEW) {
      assertThat(engine.machine.executor().runNext()).as("there is work").isTrue();
    }
    retaining.join();
    assertThat(segments(engine)).containsAll(before);
    assertThat(((ExtentStore) engine.store).parts().upkeep.problem()).isNull();
  }

  /** A family of stores, divided again and again while they are written to. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aFamilyOfHalvesIsWhatAMapIs(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Map<HashSlice, SmallEngine> family = new HashMap<>(Map.of(HashSlice.ALL, donor));
    Map<Integer, String> model = new HashMap<>();
    for (int i = 0; i < 3000; i++) {
      int key = random.nextInt(KEYS);
      int routing = routing(donor, key);
      HashSlice slice =
          family.keySet().stream().filter(s -> s.contains(routing)).findFirst().orElseThrow();
      SmallEngine engine = Objects.requireNonNull(family.get(slice));
      switch (random.nextInt(12)) {
        case 0 -> {
          engine.store.delete(SmallEngine.key(key));
          model.remove(key);
        }
        case 1 -> engine.machine.executor().runNext();
        case 2 -> engine.work();
        default -> {
          engine.put(key, value(i));
          model.put(key, value(i));
        }
      }
      if (random.nextInt(200) == 0) {
        engine.reopen();
      }
      if (random.nextInt(200) == 0) {
        engine.compact();
      }
      if (random.nextInt(100) == 0 && family.size() < 6 && divisible(engine).isDivisible()) {
        int bit = 1 << Integer.bitCount(slice.mask());
        HashSlice lower = new HashSlice(slice.mask() | bit, slice.bits());
        HashSlice upper = new HashSlice(slice.mask() | bit, slice.bits() | bit);
        family.remove(slice);
        family.put(upper, divide(engine, lower, upper));
        family.put(lower, engine);
      }
    }
    assertThat(family).hasSizeGreaterThan(2);
    Map<String, String> found = new TreeMap<>();
    for (SmallEngine engine : family.values()) {
      assertThat(engine.verify().problems()).isEmpty();
      found.putAll(contents(engine));
      engine.compact();
      assertThat(engine.metric(KvMetric.KEYS)).isGreaterThanOrEqualTo(engine.store.size());
    }
    Map<String, String> expected = new TreeMap<>();
    model.forEach((key, value) -> expected.put("key" + key, value));
    assertThat(found).isEqualTo(expected);
  }
}
