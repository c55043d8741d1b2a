// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories on the real disk, with memtables, segments and compactions as small as can be.
 */
class ModelTest {
  @TempDir Path directory;

  private KvStore open(String access) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "200")
            .set("extent.segmentSize", "256KiB")
            .set("extent.access", access)
            .build();
    return KvEnvironment.system().open("extent", directory.resolve("store"), options);
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(4 + number % 7).putInt(number).array();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theStoreIsWhatAMapIs(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
    String access = seed % 2 == 0 ? "mapped" : "positioned";
    KvStore store = open(access);
    for (int i = 0; i < 30_000; i++) {
      byte[] key = key(random.nextInt(3000));
      byte[] value = new byte[random.nextInt(400)];
      random.nextBytes(value);
      switch (random.nextInt(20)) {
        case 0, 1, 2 -> {
          store.delete(key);
          model.remove(key);
        }
        case 3 -> {
          byte[] other = key(random.nextInt(3000));
          store.write(new KvBatch().put(key, value).delete(other));
          model.put(key, value);
          model.remove(other);
        }
        case 4, 5, 6 -> assertThat(store.get(key)).isEqualTo(model.get(key));
        case 7 -> {
          boolean done = store.compareAndSet(key, model.get(key), value);
          assertThat(done).isTrue();
          model.put(key, value);
        }
        case 8 -> {
          if (random.nextInt(300) == 0) {
            store.close();
            store = open(access);
          }
        }
        case 9 -> {
          if (random.nextInt(300) == 0) {
            store.compact().result();
          }
        }
        default -> {
          store.put(key, value);
          model.put(key, value);
        }
      }
    }
    check(store, model);
    store.compact().result();
    check(store, model);
    store.close();
    try (KvStore again = open(access)) {
      check(again, model);
    }
  }

  private static void check(KvStore store, Map<byte[], byte[]> model) {
    Map<byte[], byte[]> found = new TreeMap<>(Arrays::compareUnsigned);
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        assertThat(found.put(cursor.key(), cursor.value())).isNull();
      }
    }
    assertThat(found.keySet()).containsExactlyElementsOf(model.keySet());
    found.forEach((key, value) -> assertThat(value).isEqualTo(model.get(key)));
    assertThat(store.size()).isEqualTo(model.size());
    model.forEach((key, value) -> assertThat(store.get(key)).isEqualTo(value));
    KvTask.Result result = store.verify().result();
    assertThat(result.problems()).isEmpty();
  }
}
