// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.substores;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.tck.KvStoreTck;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many threads on an ensemble that doubles from 3 to 48 substores and more. Each writer has keys of
 * its own, so it knows at any time what they must be; iterations, and scans where there is an
 * order, check the keys that nobody changes.
 *
 * <p>{@code dev.ensemblekv.tck.effort} above 1 makes it go on to 192 substores, also over engines
 * that take longer, and so many times again; {@code dev.ensemblekv.tck.seed} repeats the choices of
 * the writers.
 */
class DoublingModelTest {
  private static final int WRITERS = 3;
  private static final int STABLE_KEYS = 200;
  private static final KvOptions OPTIONS =
      KvOptions.builder()
          .set(EnsembleOptions.INITIAL_SUBSTORES, 3L)
          .set(EnsembleOptions.MAX_KEYS, 40L)
          .build();
  private static final int EFFORT = Math.max(1, Integer.getInteger(KvStoreTck.EFFORT, 1));
  private static final int ENOUGH_SUBSTORES = EFFORT == 1 ? 48 : 192;

  @TempDir Path directory;

  @ParameterizedTest
  @MethodSource("specs")
  void nothingIsLostStaleOrSeenTwiceWhileTheSubstoresDouble(String spec) throws Exception {
    long seed = Long.getLong("dev.ensemblekv.tck.seed", System.nanoTime());
    for (int i = 0; i < EFFORT; i++) {
      System.out.println("DoublingModelTest " + spec + " -Ddev.ensemblekv.tck.seed=" + (seed + i));
      doubleUnderLoad(spec, directory.resolve("store" + i), seed + i);
    }
  }

  static Stream<String> specs() {
    Stream<String> always = Stream.of("ensemble:memory", "ensemble:json", "ensemble:extent");
    return EFFORT == 1 ? always : Stream.concat(always, Stream.of("ensemble:leveldb"));
  }

  private static void doubleUnderLoad(String spec, Path directory, long seed) throws Exception {
    try (KvStore store = KvEnvironment.system().open(spec, directory, OPTIONS)) {
      for (int i = 0; i < STABLE_KEYS; i++) {
        store.put(bytes("stable" + i), bytes("value" + i));
      }
      AtomicBoolean writing = new AtomicBoolean(true);
      ExecutorService threads = Executors.newCachedThreadPool();
      try {
        List<Future<Map<String, String>>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
          Writer writer = new Writer(store, "w" + i + "-", new SplittableRandom(seed + i));
          writers.add(threads.submit(writer));
        }
        Future<?> iterator = threads.submit(() -> iterate(store, writing));
        Future<?> scanner = threads.submit(() -> scan(store, writing));
        Map<String, String> expected = new HashMap<>();
        for (Future<Map<String, String>> writer : writers) {
          expected.putAll(writer.get());
        }
        writing.set(false);
        iterator.get();
        scanner.get();
        for (int i = 0; i < STABLE_KEYS; i++) {
          expected.put("stable" + i, "value" + i);
        }
        assertThat(contents(store)).isEqualTo(expected);
        assertThat(store.size()).isEqualTo(expected.size());
        assertThat(substores(store)).isGreaterThanOrEqualTo(ENOUGH_SUBSTORES);
        assertThat(control(store).status().failures()).isZero();
        KvTask verify = store.verify();
        assertThat(verify.result().problems()).isEmpty();
        assertThat(verify.result().items()).isEqualTo(expected.size());
      } finally {
        writing.set(false);
        threads.shutdownNow();
      }
    }
  }

  /** Goes through the store again and again; the stable keys must be there each time, once. */
  private static void iterate(KvStore store, AtomicBoolean writing) {
    while (writing.get()) {
      Set<String> seen = new HashSet<>();
      store.forEach(
          (key, value) -> {
            assertThat(seen.add(text(key))).as("visited twice: %s", text(key)).isTrue();
            return true;
          });
      for (int i = 0; i < STABLE_KEYS; i++) {
        assertThat(seen).contains("stable" + i);
      }
    }
  }

  /** Scans the stable keys again and again; they must come in their order, and nothing else. */
  private static void scan(KvStore store, AtomicBoolean writing) {
    List<String> stable =
        IntStream.range(0, STABLE_KEYS).mapToObj(i -> "stable" + i).sorted().toList();
    while (writing.get() && store.features().contains(KvFeature.ORDERED)) {
      List<String> seen = new ArrayList<>();
      try (KvCursor cursor = store.scan(KeyRange.prefix(bytes("stable")))) {
        while (cursor.next()) {
          seen.add(text(cursor.key()));
        }
      }
      assertThat(seen).isEqualTo(stable);
    }
  }

  private static Map<String, String> contents(KvStore store) {
    Map<String, String> found = new HashMap<>();
    try (KvCursor cursor = store.iterate()) {
      while (cursor.next()) {
        assertThat(found.put(text(cursor.key()), text(cursor.value()))).isNull();
      }
    }
    return found;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Writes its own keys, more and more of them, and checks after each write what it can read. */
  private static final class Writer implements Callable<Map<String, String>> {
    private final KvStore store;
    private final String prefix;
    private final SplittableRandom random;
    private final Map<String, String> model = new HashMap<>();

    Writer(KvStore store, String prefix, SplittableRandom random) {
      this.store = store;
      this.prefix = prefix;
      this.random = random;
    }

    @Override
    public Map<String, String> call() {
      for (int i = 0; i % 100 != 0 || substores(store) < ENOUGH_SUBSTORES; i++) {
        put(prefix + i, "first" + i);
        String key = prefix + random.nextInt(i + 1);
        switch (random.nextInt(5)) {
          case 0 -> delete(key);
          case 1 -> compareAndSet(key, "cas" + i);
          case 2 -> batch(key, prefix + random.nextInt(i + 1), "batch" + i);
          case 3 -> put(key, "again" + i);
          default -> {}
        }
        check(key);
        check(prefix + random.nextInt(i + 1));
      }
      return model;
    }

    private void put(String key, String value) {
      store.put(bytes(key), bytes(value));
      model.put(key, value);
    }

    private void delete(String key) {
      store.delete(bytes(key));
      model.remove(key);
    }

    private void compareAndSet(String key, String value) {
      String old = model.get(key);
      assertThat(store.compareAndSet(bytes(key), old == null ? null : bytes(old), bytes(value)))
          .isTrue();
      assertThat(store.compareAndSet(bytes(key), bytes("never"), bytes("wrong"))).isFalse();
      model.put(key, value);
    }

    private void batch(String put, String deleted, String value) {
      store.write(new KvBatch().put(bytes(put), bytes(value)).delete(bytes(deleted)));
      model.put(put, value);
      model.remove(deleted);
    }

    private void check(String key) {
      byte @Nullable [] found = store.get(bytes(key));
      assertThat(found == null ? null : text(found)).as(key).isEqualTo(model.get(key));
    }
  }
}
