// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.bytes;
import static dev.ensemblekv.lmdb.Fixture.key;
import static dev.ensemblekv.lmdb.Fixture.open;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreMismatchException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that LMDB would die of is refused before it is mapped; checksums find the rest. */
class DamagedFileTest {
  @TempDir Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void place() {
    file = directory.resolve("data.mdb");
  }

  private void create(String... settings) {
    try (KvStore store = open(directory, settings)) {
      for (int i = 0; i < 100; i++) {
        store.put(key(i), value(i, 5000));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100, 4096, 5000, 8192, 100_000})
  void aFileThatWasCutIsRefused(long length) throws IOException {
    create();
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(length);
    }
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(length + " bytes");
    assertThat(file).hasSize(length);
  }

  @Test
  void oneByteLessIsSeen() throws IOException {
    create();
    long length = Files.size(file) - 1;
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(length);
    }
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("it has " + length + " bytes and should have " + (length + 1));
  }

  @Test
  void aMissingFileIsNotCreated() throws IOException {
    create();
    Files.delete(file);
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("missing");
    assertThat(file).doesNotExist();
  }

  /** A transaction that takes pages and gives them back leaves a file that ends before them. */
  @Test
  void freePagesAtTheEndNeedNotBeThere() throws IOException {
    long before;
    try (KvStore store = open(directory)) {
      store.put(bytes("a"), bytes("1"));
      for (int i = 0; i < 10; i++) {
        store.put(
            bytes("x"), value(i, 100_000)); // so that there are free pages for what commits need
      }
      store.delete(bytes("x"));
      before = Files.size(file);
      store.write(
          new KvBatch()
              .put(bytes("c"), bytes("2"))
              .put(bytes("b"), value(1, 10 << 20))
              .delete(bytes("b")));
      assertThat(Files.size(file)).isLessThan(before + (1 << 20));
      assertThat(Fixture.metric(store, "diskBytes")).isGreaterThan(10 << 20);
    }
    try (KvStore store = open(directory)) {
      assertThat(store.size()).isEqualTo(2);
      KvTask verification = store.verify();
      assertThat(verification.result().problemCount()).isZero();
      store.put(bytes("b"), value(1, 10 << 20));
      assertThat(store.get(bytes("b"))).isEqualTo(value(1, 10 << 20));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 4096 + 16, 10})
  void whatIsNoMetaPageIsRefused(int position) throws IOException {
    create();
    damage(position);
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("no meta page");
  }

  @Test
  void anotherVersionOfTheFormatIsRefused() throws IOException {
    create();
    damage(20);
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("format, not 1");
  }

  @Test
  void aFileOfTheOtherByteOrderIsRefused() throws IOException {
    create();
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(16);
      opened.write(new byte[] {(byte) 0xBE, (byte) 0xEF, (byte) 0xC0, (byte) 0xDE});
    }
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(StoreMismatchException.class)
        .hasMessageContaining("byte order");
  }

  /** Where values have checksums, a flipped bit in one is never a wrong value. */
  @Test
  void aFlippedBitInAValueIsFoundByItsChecksum() throws IOException {
    create("lmdb.checksum=true");
    flip(value(50, 5000));
    try (KvStore store = open(directory)) {
      assertThatThrownBy(() -> store.get(key(50)))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("0x00000032");
      assertThatThrownBy(() -> store.read(key(50), buffer -> buffer.get()))
          .isInstanceOf(CorruptionException.class);
      assertThatThrownBy(() -> store.compareAndSet(key(50), value(50, 5000), bytes("1")))
          .isInstanceOf(CorruptionException.class);
      assertThat(store.get(key(49))).isEqualTo(value(49, 5000));

      int[] visited = new int[1];
      assertThatThrownBy(
              () ->
                  store.forEach(
                      (key, value) -> {
                        visited[0]++;
                        return true;
                      }))
          .isInstanceOf(CorruptionException.class);
      assertThat(visited[0]).isEqualTo(50);
      try (KvCursor scan = store.scan(KeyRange.from(key(50)))) {
        assertThat(scan.next()).isTrue();
        assertThatThrownBy(scan::value).isInstanceOf(CorruptionException.class);
      }

      KvTask.Result found = store.verify().result();
      assertThat(found.problemCount()).isEqualTo(1);
      assertThat(found.items()).isEqualTo(99);
      assertThat(found.problems().get(0).message()).contains("0x00000032");
      assertThat(found.problems().get(0).path()).isEqualTo(file);

      store.put(key(50), bytes("new"));
      assertThat(store.get(key(50))).isEqualTo(bytes("new"));
      assertThat(store.verify().result().problemCount()).isZero();
    }
  }

  /** A value that is whole but stands under another key is found too. */
  @Test
  void theChecksumCoversTheKey() throws IOException {
    try (KvStore store = open(directory, "lmdb.checksum=true")) {
      store.put(bytes("right"), bytes("value"));
    }
    byte[] content = Files.readAllBytes(file);
    for (int at = indexOf(content, bytes("right"), 0);
        at >= 0;
        at = indexOf(content, bytes("right"), at + 1)) {
      content[at] = 'l';
    }
    Files.write(file, content);
    try (KvStore store = open(directory)) {
      assertThatThrownBy(() -> store.get(bytes("light"))).isInstanceOf(CorruptionException.class);
    }
  }

  private void damage(long position) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(position);
      int found = opened.read();
      opened.seek(position);
      opened.write(found ^ 0x08);
    }
  }

  /** Flips a bit in the last byte of a value, wherever it is. */
  private void flip(byte[] value) throws IOException {
    byte[] content = Files.readAllBytes(file);
    int at = indexOf(content, value, 0);
    assertThat(at).isPositive();
    damage(at + value.length - 1L);
  }

  private static int indexOf(byte[] content, byte[] wanted, int from) {
    for (int at = from; at + wanted.length <= content.length; at++) {
      if (java.util.Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }
}
