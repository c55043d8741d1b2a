// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static dev.ensemblekv.leveldb.Stores.SMALL;
import static dev.ensemblekv.leveldb.Stores.files;
import static dev.ensemblekv.leveldb.Stores.fill;
import static dev.ensemblekv.leveldb.Stores.key;
import static dev.ensemblekv.leveldb.Stores.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables with damage in them: never a wrong value, never an end in silence, nothing copied on. */
class DamagedTableTest {
  private static final int KEYS = 500;
  private static final int VALUE = 100;
  private static final KvOptions LARGE =
      SMALL.toBuilder().set(LevelDbOptions.WRITE_BUFFER, 4L << 20).build();

  @TempDir Path temp;
  private Path directory = Path.of("");
  private Path table = Path.of("");

  /** One table with everything in it. */
  @BeforeEach
  void tableOfAll() throws IOException {
    directory = temp.resolve("store");
    try (KvStore store = Stores.open(directory, LARGE)) {
      fill(store, 0, KEYS, VALUE);
      store.compact().result();
    }
    assertThat(files(directory, ".sst")).hasSize(1);
    table = files(directory, ".sst").get(0);
  }

  private long placeOf(int number) throws IOException {
    byte[] bytes = Files.readAllBytes(table);
    byte[] wanted = value(number, VALUE);
    for (int at = 0; at <= bytes.length - VALUE; at++) {
      if (Arrays.equals(bytes, at, at + VALUE, wanted, 0, VALUE)) {
        return at;
      }
    }
    throw new AssertionError("the value of " + number + " is not there");
  }

  private KvStore openWithDamageAt(int number) throws IOException {
    Stores.flip(table, placeOf(number));
    return Stores.open(directory, LARGE);
  }

  @Test
  void aDamagedValueIsNeverRead() throws IOException {
    try (KvStore store = openWithDamageAt(250)) {
      assertThatThrownBy(() -> store.get(key(250))).isInstanceOf(CorruptionException.class);
      assertThat(store.get(key(0))).isEqualTo(value(0, VALUE));
      assertThat(store.get(key(KEYS - 1))).isEqualTo(value(KEYS - 1, VALUE));
      assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    }
  }

  /** The first and the last block are read by a seek, those between by steps. */
  @ParameterizedTest
  @ValueSource(ints = {0, 250, KEYS - 1})
  void aScanEndsWithAnExceptionWhereverTheDamageIs(int number) throws IOException {
    try (KvStore store = openWithDamageAt(number)) {
      for (KeyRange range :
          new KeyRange[] {
            KeyRange.all(),
            KeyRange.all().reversed(),
            KeyRange.to(key(KEYS)).reversed(),
            KeyRange.from(key(0)),
            KeyRange.of(key(number), key(number + 1)),
            KeyRange.of(key(number), key(number + 1)).reversed()
          }) {
        try (KvCursor cursor = store.scan(range)) {
          assertThatThrownBy(
                  () -> {
                    while (cursor.next()) {
                      cursor.value();
                    }
                  })
              .as("%s", range)
              .isInstanceOf(CorruptionException.class);
        }
      }
      assertThatThrownBy(store::size).isInstanceOf(CorruptionException.class);
      assertThat(store.verify().result().problemCount()).isPositive();
    }
  }

  /**
   * Then there is no other block to go to, and LevelDB's iterator looks as if nothing was there.
   */
  @Test
  void aScanOfOneBlockEndsWithAnException() throws IOException {
    Path small = temp.resolve("small");
    try (KvStore store = Stores.open(small, LARGE)) {
      fill(store, 0, 3, VALUE);
      store.compact().result();
    }
    Stores.flip(files(small, ".sst").get(0), 20);
    try (KvStore store = Stores.open(small, LARGE)) {
      for (KeyRange range : new KeyRange[] {KeyRange.all(), KeyRange.all().reversed()}) {
        try (KvCursor cursor = store.scan(range)) {
          assertThatThrownBy(cursor::next).as("%s", range).isInstanceOf(CorruptionException.class);
        }
      }
    }
  }

  @Test
  void aCompactionDoesNotCopyDamageOn() throws IOException {
    KvStore store = openWithDamageAt(250);
    fill(store, 0, 100, VALUE);
    assertThatThrownBy(() -> store.compact().result()).isInstanceOf(CorruptionException.class);
    assertThat(store.stats().state()).isEqualTo(KvState.FAILED);
    assertThatThrownBy(() -> store.put(key(0), key(0))).isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(() -> store.get(key(250))).isInstanceOf(CorruptionException.class);
    assertThatThrownBy(store::close).isInstanceOf(StoreFailedException.class);
  }

  @Test
  void everyFlippedBitOfAnIndexIsCorruption() throws IOException {
    byte[] sound = Files.readAllBytes(table);
    byte[] bytes = sound.clone();
    int harmless = 0;
    for (int at = sound.length - 200; at < sound.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        bytes[at] ^= (byte) (1 << bit);
        Files.write(table, bytes);
        harmless += isFound(sound.length) ? 0 : 1;
        bytes[at] = sound[at];
      }
    }
    assertThat(harmless).as("bits of the padding of the footer").isLessThan(40 * Byte.SIZE);
    Files.write(table, sound);
    assertThat(isFound(sound.length)).isFalse();
  }

  private boolean isFound(int length) throws IOException {
    try {
      TableFile.check(Disk.real(), table, length, true);
      return false;
    } catch (CorruptionException e) {
      assertThat(e.path()).contains(table);
      assertThat(e.offset()).isPresent();
      return true;
    }
  }

  @Test
  void aDamagedIndexIsFoundAtOpenAndByVerify() throws IOException {
    byte[] sound = Files.readAllBytes(table);
    try (KvStore store = Stores.open(directory, LARGE)) {
      Stores.flip(table, sound.length - 150);
      assertThat(store.verify().result().problems())
          .anySatisfy(problem -> assertThat(problem.path()).isEqualTo(table));
    }
    assertThatThrownBy(() -> Stores.open(directory, LARGE))
        .isInstanceOf(CorruptionException.class)
        .satisfies(e -> assertThat(((KvException) e).path()).contains(table));
    Files.write(table, sound);
    Stores.open(directory, LARGE).close();
  }

  @Test
  void verifyOfAStoreThatIsWrittenToFindsNothing() throws IOException {
    try (KvStore store = Stores.open(directory, SMALL)) {
      for (int i = 0; i < 20; i++) {
        fill(store, 0, 200, 1000);
        assertThat(store.verify().result().problems()).isEmpty();
      }
    }
  }

  @Test
  void verifyFindsADamagedLog() throws IOException {
    try (KvStore store = Stores.open(directory, LARGE)) {
      fill(store, 0, 100, VALUE);
      Path log = files(directory, ".log").get(0);
      try (var file = Disk.real().open(log)) {
        file.write(1000, new byte[] {1, 2, 3}, 0, 3);
      }
      assertThat(store.verify().result().problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.path()).isEqualTo(log));
    }
  }
}
