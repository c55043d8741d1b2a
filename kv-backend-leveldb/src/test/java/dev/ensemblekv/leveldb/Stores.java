// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What the tests of real stores do again and again. */
final class Stores {
  /** Small write buffers, so that tables come about, and values as they are. */
  static final KvOptions SMALL =
      KvOptions.builder()
          .set(LevelDbOptions.WRITE_BUFFER, 64L << 10)
          .set(LevelDbOptions.COMPRESSION, LevelDbOptions.Compression.NONE)
          .build();

  private Stores() {}

  static KvStore open(Path directory) {
    return open(directory, KvOptions.defaults());
  }

  static KvStore open(Path directory, KvOptions options) {
    return KvStores.open(new LevelDbBackend(), directory, options);
  }

  static byte[] key(int number) {
    return String.format("key-%08d", number).getBytes(UTF_8);
  }

  /** Returns a value that does not compress, and belongs to a number. */
  static byte[] value(int number, int length) {
    byte[] value = new byte[length];
    new Random(number).nextBytes(value);
    return value;
  }

  static void fill(KvStore store, int from, int to, int valueBytes) {
    for (int i = from; i < to; i++) {
      store.put(key(i), value(i, valueBytes));
    }
  }

  /** Returns how many pairs there are, each as {@link #fill} wrote it. */
  static int checked(KvStore store, int valueBytes) {
    int count = 0;
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        int number = Integer.parseInt(new String(cursor.key(), UTF_8).substring(4));
        if (!Arrays.equals(cursor.value(), value(number, valueBytes))) {
          throw new AssertionError("a wrong value of " + number);
        }
        count++;
      }
    }
    return count;
  }

  static List<Path> files(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Copies the files of a store that is open, as a kill would leave them. */
  static Path killed(Path store, Path copy) throws IOException {
    Files.createDirectories(copy);
    try (Stream<Path> files = Files.list(store)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!name.startsWith("STORE.")) {
          Files.copy(file, copy.resolve(name));
        }
      }
    }
    return copy;
  }

  static void flip(Path file, long at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) at] ^= 1;
    Files.write(file, bytes);
  }

  static long metric(KvStore store, String name) {
    return store.stats().metric(name).map(KvMetric::asLong).orElseThrow();
  }
}
