// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.bench.Pairs;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every engine returns the same values for the same calls, so that what is compared is the same.
 */
class EnginesTest {
  private static final int KEYS = 50;
  private static final int STEPS = 400;
  private static final int SCANNED = 10;
  private static final Pairs PAIRS = new Pairs(1, 20);
  private static final Set<String> UNORDERED = Set.of("extent", "bare-extent", "raw-mapdb");

  @TempDir Path directory;

  private final NavigableMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "memory",
        "bare-memory",
        "json",
        "bare-json",
        "ensemble:json",
        "leveldb",
        "bare-leveldb",
        "raw-leveldb",
        "extent",
        "bare-extent",
        "lmdb",
        "bare-lmdb",
        "lmdb,lmdb.zeroCopy=true",
        "raw-lmdb",
        "raw-lmdb-zero-copy",
        "raw-mapdb",
        "raw-mvstore",
        "raw-rocksdb",
        "raw-rocksdb-blobs",
      })
  void everyEngineDoesTheSame(String name) {
    boolean ordered = !UNORDERED.contains(name);
    try (Engine engine = Engines.open(name, directory, false)) {
      compareWithModel(engine, ordered);
      engine.flush();
      assertThat(engine.libraries())
          .matches("Ensemble KV .+|(leveldbjni|lmdbjava|MapDB|MVStore|RocksDB) \\d+\\.\\d+.*");
    }
    if (!name.endsWith("memory")) {
      try (Engine engine = Engines.open(name, directory, true)) {
        compareWithModel(engine, ordered);
      }
    }
  }

  private void compareWithModel(Engine engine, boolean ordered) {
    SplittableRandom random = new SplittableRandom(1);
    for (int step = 0; step < STEPS; step++) {
      byte[] key = PAIRS.key(random.nextInt(KEYS));
      byte[] value = PAIRS.value(step, 0);
      switch (random.nextInt(6)) {
        case 0 -> {
          engine.put(key, value);
          model.put(key, value);
        }
        case 1 -> {
          byte[] other = PAIRS.key(random.nextInt(KEYS));
          engine.putAll(List.of(other, key, key), List.of(value, new byte[1], value));
          model.put(other, value);
          model.put(key, value);
        }
        case 2 -> assertThat(engine.get(key)).isEqualTo(model.get(key));
        case 4 -> {
          engine.delete(key);
          model.remove(key);
        }
        case 3 ->
            assertThat(engine.<byte[]>read(key, EnginesTest::bytes)).isEqualTo(model.get(key));
        default -> {
          if (ordered) {
            assertThat(scan(engine, key)).isEqualTo(tail(key));
          } else {
            assertThatThrownBy(() -> scan(engine, key))
                .isInstanceOf(UnsupportedOperationException.class);
          }
        }
      }
    }
  }

  private static byte[] bytes(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    return bytes;
  }

  private static List<List<Byte>> scan(Engine engine, byte[] from) {
    List<List<Byte>> scanned = new ArrayList<>();
    engine.scan(
        from,
        (key, value) -> {
          scanned.add(list(key));
          scanned.add(list(value));
          return scanned.size() < 2 * SCANNED;
        });
    return scanned;
  }

  private List<List<Byte>> tail(byte[] from) {
    List<List<Byte>> tail = new ArrayList<>();
    for (Map.Entry<byte[], byte[]> pair : model.tailMap(from, true).entrySet()) {
      if (tail.size() == 2 * SCANNED) {
        break;
      }
      tail.add(list(pair.getKey()));
      tail.add(list(pair.getValue()));
    }
    return tail;
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte each : bytes) {
      list.add(each);
    }
    return list;
  }

  @Test
  void aLibraryThatIsNotThereIsNamedWithThoseThatAre() {
    assertThatThrownBy(() -> Engines.open("raw-nothing", directory, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("raw-nothing")
        .hasMessageContaining("raw-lmdb");
  }

  @Test
  void anOptionNeedsAValue() {
    assertThatThrownBy(() -> Engines.open("json,json.persistInterval", directory, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'json.persistInterval'");
  }
}
