// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
  private static final long EPOCH = 3;

  private final SimulatedDisk disk = new SimulatedDisk();
  private StoreFiles files =
      new StoreFiles(disk, Path.of("/store"), "0123456789abcdef0123456789abcdef", Mappings.NONE);
  private final byte[] bucket = new byte[Bucket.BYTES];

  @BeforeEach
  void createDirectory() throws IOException {
    disk.createDirectories(files.directory);
  }

  private Run write(int id, Map<KeyHash, Long> entries, boolean filtered) throws IOException {
    try (RunWriter writer =
        filtered
            ? RunWriter.filtered(files, id, EPOCH, entries.size())
            : new RunWriter(files, id, EPOCH, entries.size())) {
      for (Map.Entry<KeyHash, Long> entry : entries.entrySet()) {
        writer.add(entry.getKey().order(), entry.getKey().routing(), entry.getValue());
      }
      Run written = writer.finish();
      assertThat(written.entries()).isEqualTo(entries.size());
      written.close();
    }
    return Run.open(files, id, EPOCH, entries.size());
  }

  private static Map<KeyHash, Long> entries(int count, int crowding) {
    SplittableRandom random = new SplittableRandom(count);
    Map<KeyHash, Long> entries = new TreeMap<>(MemtableTest.ORDER);
    while (entries.size() < count) {
      entries.put(MemtableTest.hash(random, crowding), random.nextLong() | 1);
    }
    return entries;
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "2,0", "9,0", "100,0", "5000,0", "500,1", "2,2", "70,2"})
  void itIsWhatAMapIs(int count, int crowding) throws IOException {
    Map<KeyHash, Long> entries = entries(count, crowding);
    for (boolean filtered : new boolean[] {false, true}) {
      Run run = write(filtered ? 1 : 2, entries, filtered);
      checkLookUps(run, entries, crowding);
      checkWalks(run, entries);
      run.check(offset -> fail("damage at byte " + offset));
      assertThat(run.bytes()).isEqualTo(disk.contents(run.path()).length);
      run.close();
    }
  }

  private void checkLookUps(Run run, Map<KeyHash, Long> entries, int crowding) throws IOException {
    for (Map.Entry<KeyHash, Long> entry : entries.entrySet()) {
      assertThat(run.find(entry.getKey().order(), entry.getKey().routing(), bucket))
          .isEqualTo(entry.getValue());
    }
    SplittableRandom random = new SplittableRandom(0);
    for (int i = 0; i < 1000; i++) {
      KeyHash hash = MemtableTest.hash(random, crowding);
      assertThat(run.find(hash.order(), hash.routing(), bucket))
          .isEqualTo(entries.getOrDefault(hash, Location.NONE));
    }
  }

  private static void checkWalks(Run run, Map<KeyHash, Long> entries) throws IOException {
    for (int parts : new int[] {1, 2, 7, 100}) {
      Map<KeyHash, Long> found = new TreeMap<>(MemtableTest.ORDER);
      int count = 0;
      for (HashRange part : HashRange.parts(parts)) {
        Run.Cursor cursor = run.cursor(part);
        while (cursor.next()) {
          assertThat(part.contains(cursor.order())).isTrue();
          found.put(new KeyHash(cursor.order(), cursor.routing()), cursor.location());
          count++;
        }
        assertThat(cursor.next()).as("again behind the end").isFalse();
      }
      assertThat(found).isEqualTo(entries);
      assertThat(count).isEqualTo(entries.size());
    }
  }

  /** All in the last bucket, so that nearly all stand in buckets behind it. */
  @Test
  void bucketsFollowTheLastOneForWhatDoesNotFit() throws IOException {
    Map<KeyHash, Long> entries = new TreeMap<>(MemtableTest.ORDER);
    for (int i = 0; i < 40; i++) {
      entries.put(new KeyHash(-1 - i, i), (long) i + 1);
    }
    Run run = write(1, entries, false);
    checkLookUps(run, entries, 0);
    checkWalks(run, entries);
    run.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachFlippedBitIsFound(boolean filtered) throws IOException {
    Map<KeyHash, Long> entries = entries(20, 0);
    Path path = write(1, entries, filtered).path();
    byte[] intact = disk.contents(path);
    for (int at = 0; at < intact.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        disk.damage(path, intact);
        disk.flipBit(path, at, bit);
        assertThatThrownBy(this::readAll)
            .as("bit %d of byte %d", bit, at)
            .isInstanceOfSatisfying(
                CorruptionException.class, e -> assertThat(e.path()).contains(path));
      }
    }
    for (int length = 0; length < intact.length; length++) {
      disk.damage(path, intact);
      disk.cut(path, length);
      assertThatThrownBy(this::readAll)
          .as("cut to %d bytes", length)
          .isInstanceOf(CorruptionException.class);
    }
  }

  private void readAll() throws IOException {
    Run run = Run.open(files, 1, EPOCH, 20);
    checkWalks(run, entries(20, 0));
    run.checkFilter(
        offset -> {
          throw new CorruptionException("damaged", run.path(), offset, null);
        });
  }

  /** Where the filter is wrong in one bit, a key is found or the damage is told. */
  @Test
  void aDamagedFilterHidesNoKey() throws IOException {
    Map<KeyHash, Long> entries = entries(60, 0);
    Path path = write(1, entries, true).path();
    byte[] intact = disk.contents(path);
    int blocks = RunFilter.blocks(60);
    for (int at = 0; at < blocks * Block.BYTES; at++) {
      disk.damage(path, intact);
      disk.flipBit(path, StoreFiles.HEADER_BYTES + at, at % Byte.SIZE);
      Run run = Run.open(files, 1, EPOCH, 60);
      for (Map.Entry<KeyHash, Long> entry : entries.entrySet()) {
        try {
          assertThat(run.find(entry.getKey().order(), entry.getKey().routing(), bucket))
              .isEqualTo(entry.getValue());
        } catch (CorruptionException e) {
          assertThat(e.offset()).hasValue(64 + at / 64 * 64);
        }
      }
      run.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theFilterIsMappedThoughTheBucketsAreNot(boolean filtered, @TempDir Path directory)
      throws IOException {
    WatchedMappings mappings = new WatchedMappings();
    files =
        new StoreFiles(
            mappings.disk(), directory, "0123456789abcdef0123456789abcdef", Mappings.NONE);
    Map<KeyHash, Long> entries = entries(5000, 0);
    Run run = write(1, entries, filtered);
    assertThat(mappings.names()).isEqualTo(filtered ? List.of("run-000001.idx") : List.of());
    checkLookUps(run, entries, 0);
    checkWalks(run, entries);
    run.close();
    assertThat(mappings.names()).isEmpty();
  }

  @Test
  void aBucketOfAnotherPlaceIsNoBucket() throws IOException {
    Path path = write(1, entries(100, 0), false).path();
    byte[] bytes = disk.contents(path);
    System.arraycopy(
        bytes, StoreFiles.HEADER_BYTES, bytes, StoreFiles.HEADER_BYTES + 5 * 64, Bucket.BYTES);
    disk.damage(path, bytes);
    Run run = Run.open(files, 1, EPOCH, 100);
    assertThatThrownBy(() -> run.entries(HashRange.ALL))
        .isInstanceOfSatisfying(
            CorruptionException.class, e -> assertThat(e.offset()).hasValue(64 + 5 * 64));
  }
}
