// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A store of the first format, whose process was killed: a run at the bottom and one with a filter
 * above it, relocated records, tombstones, a batch, a mark, and a log that is to be replayed.
 */
class FormatTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/v1");

  @TempDir Path temporary;

  private Path copy() throws IOException {
    Path copy = Files.createDirectory(temporary.resolve("v1"));
    for (Path file : files(GOLDEN)) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    return copy;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mapped", "positioned"})
  void aStoreOfTheFirstFormatIsReadForEver(String access) throws IOException {
    Path directory = copy();
    KvOptions options =
        KvOptions.builder().set(KvOptions.READ_ONLY, true).set("extent.access", access).build();
    try (KvStore store = KvStores.open("extent", directory, options)) {
      assertThat(pairs(store)).isEqualTo(golden());
      assertThat(store.verify().result().problems()).isEmpty();
    }
    for (Path file : files(GOLDEN)) {
      assertThat(directory.resolve(file.getFileName())).hasSameBinaryContentAs(file);
    }
  }

  @Test
  void itIsWrittenOn() throws IOException {
    Path directory = copy();
    Map<ByteBuffer, ByteBuffer> expected = golden();
    for (int opening = 0; opening < 2; opening++) {
      try (KvStore store = KvStores.open(directory)) {
        assertThat(pairs(store)).isEqualTo(expected);
        store.put(bytes("opening " + opening), bytes("new"));
        expected.put(buffer("opening " + opening), buffer("new"));
        store.compact().result();
        assertThat(pairs(store)).isEqualTo(expected);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  private static Map<ByteBuffer, ByteBuffer> pairs(KvStore store) {
    Map<ByteBuffer, ByteBuffer> pairs = new HashMap<>();
    List<byte[]> keys = new ArrayList<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        keys.add(cursor.key());
        pairs.put(ByteBuffer.wrap(cursor.key()), ByteBuffer.wrap(cursor.value()));
      }
    }
    for (byte[] key : keys) {
      assertThat(ByteBuffer.wrap(present(store.get(key))))
          .isEqualTo(pairs.get(ByteBuffer.wrap(key)));
    }
    return pairs;
  }

  private static byte[] present(byte @Nullable [] value) {
    assertThat(value).isNotNull();
    return value == null ? new byte[0] : value;
  }

  private static Map<ByteBuffer, ByteBuffer> golden() {
    Map<String, String> text = new TreeMap<>();
    for (int i = 0; i < 120; i++) {
      text.put("key-" + i, (i % 3 == 0 ? "second" : "first") + " value of " + i);
    }
    for (int i = 0; i < 120; i += 10) {
      text.remove("key-" + i);
    }
    text.remove("key-1");
    text.remove("key-11");
    text.remove("key-3");
    for (int i = 0; i < 20; i++) {
      text.put("above-" + i, "in a run above");
    }
    text.put("long", "0123456789".repeat(600));
    text.put("empty", "");
    text.put("in a batch", "a");
    text.put("key-2", "of a batch");
    text.put("behind the mark", "z");
    Map<ByteBuffer, ByteBuffer> pairs = new HashMap<>();
    text.forEach((key, value) -> pairs.put(buffer(key), buffer(value)));
    pairs.put(
        ByteBuffer.wrap(new byte[] {(byte) 0xFF, 0}), ByteBuffer.wrap(new byte[] {(byte) 0x80, 1}));
    return pairs;
  }
}
