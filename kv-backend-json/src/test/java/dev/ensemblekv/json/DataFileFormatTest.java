// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static dev.ensemblekv.json.Fixture.exactPairs;
import static dev.ensemblekv.json.Fixture.pairs;
import static dev.ensemblekv.json.Fixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.KvTask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of the data file: as documented, and the same pairs again when they are read. */
class DataFileFormatTest {
  private final Fixture fixture = new Fixture();

  @Test
  void anEmptyStoreIsAFileWithoutPairs() throws IOException {
    fixture.open().close();
    assertThat(fixture.text())
        .isEqualTo(
            """
            {
              "crc32c": "065236ea",
              "format": "ensemblekv-json",
              "version": 1,
              "store": "359d41baf78afe0de1bbe7ae28c0450c",
              "pairs": [
              ]
            }
            """);
  }

  @Test
  void eachPairIsALineOfTextWhereItIsTextInTheOrderOfTheBytes() throws IOException {
    try (KvStore store = fixture.open()) {
      put(store, "quote\"backslash\\slash/", "\b\f\n\r\t\0\u001f\u007f");
      put(store, "älter", "😀\u2028\ufeff");
      put(store, "b", "");
      put(store, "a", "1");
      store.put(new byte[] {0}, new byte[] {(byte) 0xFF});
      store.put(new byte[] {(byte) 0xC0, (byte) 0x80}, bytes("overlong"));
      store.put(bytes("half"), new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80});
      store.put(bytes("cut"), new byte[] {'a', (byte) 0xE2, (byte) 0x82});
    }
    assertThat(fixture.text())
        .isEqualTo(
            """
            {
              "crc32c": "ab542607",
              "format": "ensemblekv-json",
              "version": 1,
              "store": "359d41baf78afe0de1bbe7ae28c0450c",
              "pairs": [
                {"key": "\\u0000", "valueBase64": "/w=="},
                {"key": "a", "value": "1"},
                {"key": "b", "value": ""},
                {"key": "cut", "valueBase64": "YeKC"},
                {"key": "half", "valueBase64": "7aCA"},
                {"key": "quote\\"backslash\\\\slash/", "value": "\\b\\f\\n\\r\\t\\u0000\\u001f<DEL>"},
                {"keyBase64": "wIA=", "value": "overlong"},
                {"key": "älter", "value": "😀<LS><BOM>"}
              ]
            }
            """
                .replace("<DEL>", "\u007f")
                .replace("<LS>", "\u2028")
                .replace("<BOM>", "\ufeff"));
  }

  @Test
  void aStoreOfTheFirstFormatIsOpenedForEver(@TempDir Path temporary) throws IOException {
    Path directory = copyOf(Path.of("src/test/resources/golden/v1"), temporary.resolve("v1"));
    try (KvStore store = KvStores.open(directory)) {
      assertThat(pairs(store)).containsExactlyInAnyOrderEntriesOf(golden());
      assertThat(store.get(new byte[] {(byte) 0xFF, 0})).isEqualTo(new byte[] {(byte) 0x80, 1});
      assertThat(store.verify().result().problems()).isEmpty();
    }
  }

  private static Map<String, String> golden() {
    return Map.of(
        "artist/daft_punk", "{\"formed\": 1993}",
        "artist/björk", "Reykjavík\n",
        "empty", "",
        "\ufffd\0", "\ufffd\u0001");
  }

  private static Path copyOf(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void allBytesComeBackAsTheyWere(long seed) {
    Random random = new Random(seed);
    Map<byte[], byte[]> expected = new TreeMap<>(Arrays::compareUnsigned);
    try (KvStore store = fixture.open()) {
      for (int i = 0; i < 500; i++) {
        byte[] key = someBytes(random, 1 + random.nextInt(20));
        byte[] value = someBytes(random, random.nextInt(60));
        store.put(key, value);
        expected.put(key, value);
      }
    }
    try (KvStore store = fixture.open()) {
      assertSame(exactPairs(store), expected, seed);
    }
  }

  /** Draws bytes of one of several kinds, each of them hard in its own way. */
  private static byte[] someBytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    switch (random.nextInt(5)) {
      case 0 -> {}
      case 1 -> {
        for (int i = 0; i < length; i++) {
          bytes[i] = (byte) (bytes[i] & 0x3F); // control characters, quotes, digits
        }
      }
      case 2 -> {
        for (int i = 0; i < length; i++) {
          bytes[i] = (byte) "\"\\/u0041\n\0é".charAt(random.nextInt(11));
        }
      }
      case 3 -> {
        String text =
            random
                .ints(length, 0, 0x3000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return text.getBytes(StandardCharsets.UTF_8);
      }
      default -> {
        String text =
            random
                .ints(length, 0xD700, 0x10FFFF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        byte[] valid = text.getBytes(StandardCharsets.UTF_8); // halves of pairs become '?'
        return random.nextBoolean() || valid.length < 2
            ? valid
            : Arrays.copyOf(valid, valid.length - 1); // cut in a character
      }
    }
    return bytes;
  }

  private static void assertSame(
      Map<byte[], byte[]> found, Map<byte[], byte[]> expected, long seed) {
    assertThat(found.size()).as("seed %d", seed).isEqualTo(expected.size());
    expected.forEach(
        (key, value) ->
            assertThat(found.get(key))
                .as("seed %d, key %s", seed, Arrays.toString(key))
                .isEqualTo(value));
  }

  @Test
  void textIsTextHoweverLongAndNotIfItsLastByteIsNot() throws IOException {
    byte[] text = bytes("x" + "😀é".repeat(2000));
    byte[] almost = Arrays.copyOf(text, text.length + 1);
    almost[text.length] = (byte) 0x80;
    try (KvStore store = fixture.open()) {
      store.put(bytes("a"), text);
      store.put(bytes("b"), almost);
    }
    assertThat(fixture.text())
        .contains("{\"key\": \"a\", \"value\": \"x😀é😀", "{\"key\": \"b\", \"valueBase64\": \"");
    try (KvStore store = fixture.open()) {
      assertThat(store.get(bytes("a"))).isEqualTo(text);
      assertThat(store.get(bytes("b"))).isEqualTo(almost);
    }
  }

  @Test
  void everyByteAloneComesBack() {
    try (KvStore store = fixture.open()) {
      for (int i = 0; i < 256; i++) {
        store.put(new byte[] {(byte) i}, new byte[] {(byte) i});
      }
    }
    try (KvStore store = fixture.open()) {
      assertThat(store.size()).isEqualTo(256);
      for (int i = 0; i < 256; i++) {
        assertThat(store.get(new byte[] {(byte) i})).containsExactly(i);
      }
    }
  }

  @Test
  void theLongestKeysAndValuesComeBack(@TempDir Path directory) {
    byte[] longestKey = new byte[64 << 10];
    Arrays.fill(longestKey, (byte) '"');
    byte[] binary = new byte[16 << 20];
    Arrays.fill(binary, (byte) 0xFF);
    byte[] escaped = new byte[16 << 20];
    try (KvStore store = KvStores.open("json", directory.resolve("store"))) {
      store.put(longestKey, binary);
      store.put(new byte[] {1}, escaped);
    }
    try (KvStore store = KvStores.open(directory.resolve("store"))) {
      assertThat(Arrays.equals(store.get(longestKey), binary)).isTrue();
      assertThat(Arrays.equals(store.get(new byte[] {1}), escaped)).isTrue();
    }
  }

  @Test
  void verifyCountsThePairsAndFindsNothingWrong() {
    try (KvStore store = fixture.open(KvOptions.defaults())) {
      put(store, "a", "1");
      store.flush();
      put(store, "b", "2");
      KvTask task = store.verify();
      fixture.executor().runAll();
      assertThat(task.result().items()).isEqualTo(2);
      assertThat(task.result().problems()).isEmpty();
    }
  }
}
