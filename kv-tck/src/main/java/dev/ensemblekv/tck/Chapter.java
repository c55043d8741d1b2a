// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.report.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * The base of the chapters: opens stores in a directory of the test's own and closes them after it,
 * skips what does not bind the store, and runs things in other threads, in time.
 */
@ExtendWith(TimeLimit.class)
abstract class Chapter {
  private static final String STORE = "store";

  /** So many times as long as for what must happen a callback is held. */
  private static final int HELD_LIMITS = 4;

  @TempDir Path temp;

  private final List<KvStore> opened = new ArrayList<>();
  private @Nullable KvStore store;
  private volatile @Nullable Set<KvFeature> features;
  private volatile @Nullable Long seed;

  abstract KvStoreTck tck();

  @BeforeEach
  final void skipWhatDoesNotBind(TestInfo test) {
    Requires requires =
        test.getTestMethod().map(method -> method.getAnnotation(Requires.class)).orElse(null);
    if (requires != null) {
      for (KvFeature feature : requires.value()) {
        Assumptions.assumeTrue(
            store().features().contains(feature),
            () -> Outcome.doesNotBind("this store, which does not declare " + feature));
      }
    }
  }

  /** Closes what a test left open; how that goes is the matter of the tests about closing. */
  @AfterEach
  final void closeAll() throws InterruptedException {
    List<KvStore> left;
    synchronized (opened) {
      left = List.copyOf(opened);
    }
    for (KvStore each : left) {
      Thread closer =
          thread(
              () -> {
                try {
                  each.close();
                } catch (RuntimeException | Error e) {
                  // It was closed as far as it could be.
                }
              });
      closer.start();
      closer.join(tck().mustHappen().toMillis());
    }
  }

  /** Skips a test about files if the store has none here. */
  final void assumeFiles() {
    Assumptions.assumeTrue(
        tck().backend().needsDirectory(), "cannot be seen: this store keeps its files elsewhere");
  }

  // For the report

  /** Returns what the store of the test declared; {@code null} if it was not opened. */
  final @Nullable Set<KvFeature> seenFeatures() {
    return features;
  }

  /** Returns the seed of the test; {@code null} if it has none. */
  final @Nullable Long seenSeed() {
    return seed;
  }

  // Stores

  /** Returns the directory of the store of the test. */
  final Path directory() {
    return temp.resolve(STORE);
  }

  /** Returns the store of the test, opened when first asked for. */
  final KvStore store() {
    KvStore current = store;
    if (current == null) {
      current = open(directory());
      features = current.features();
      store = current;
    }
    return current;
  }

  /** Closes the store of the test and opens it again. */
  final KvStore reopen() {
    store().close();
    store = null;
    return store();
  }

  final KvStore open(Path directory) {
    return open(directory, tck().options());
  }

  final KvStore open(Path directory, KvOptions options) {
    return closedAtEnd(tck().open(directory, options));
  }

  final KvStore closedAtEnd(KvStore store) {
    synchronized (opened) {
      opened.add(store);
    }
    return store;
  }

  final boolean has(KvFeature feature) {
    return store().features().contains(feature);
  }

  // Bytes

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static byte[] key(int number) {
    return bytes("key-%05d".formatted(number));
  }

  static byte[] value(int number) {
    return bytes("value-" + number);
  }

  static String text(byte @Nullable [] bytes) {
    return bytes == null ? "absent" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** Puts {@code key(0)} to {@code key(count - 1)}. */
  static void fill(KvStore store, int count) {
    for (int i = 0; i < count; i++) {
      store.put(key(i), value(i));
    }
  }

  // What is in a store

  static void assertValue(KvStore store, byte[] key, byte @Nullable [] expected) {
    byte[] actual = store.get(key);
    Assertions.assertThat(actual)
        .as(
            "value of %s: expected %s, found %s",
            ByteString.show(key), ByteString.show(expected), ByteString.show(actual))
        .isEqualTo(expected);
  }

  static NavigableMap<ByteString, ByteString> contents(KvStore store) {
    try (KvCursor cursor = store.iterate()) {
      return collect(cursor);
    }
  }

  /** Collects what a cursor gives, and fails if it gives a key twice. */
  static NavigableMap<ByteString, ByteString> collect(KvCursor cursor) {
    NavigableMap<ByteString, ByteString> pairs = new TreeMap<>();
    while (cursor.next()) {
      ByteString key = ByteString.of(cursor.key());
      ByteString before = pairs.put(key, ByteString.of(cursor.value()));
      Assertions.assertThat(before).as("%s was visited twice, first with", key).isNull();
    }
    return pairs;
  }

  /** Checks everything that a store tells against what it should hold. */
  static void assertContents(KvStore store, Map<ByteString, ByteString> expected) {
    Assertions.assertThat(contents(store)).as("what is in the store").isEqualTo(expected);
    Assertions.assertThat(store.size()).as("size()").isEqualTo(expected.size());
    expected.forEach((key, value) -> assertValue(store, key.toArray(), value.toArray()));
  }

  static double metric(KvStore store, String name) {
    return store.stats().metric(name).map(KvMetric::value).orElse(0.0);
  }

  // Time and threads

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "tck");
    thread.setDaemon(true);
    return thread;
  }

  /** Runs something in a thread of its own. */
  static <T> Future<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    thread(future).start();
    return future;
  }

  /** Runs something without a result in a thread of its own. */
  static Future<@Nullable Void> startRunning(ThrowingCallable task) {
    return start(
        () -> {
          try {
            task.call();
          } catch (Exception | Error e) {
            throw e;
          } catch (Throwable e) {
            throw new AssertionError(e);
          }
          return null;
        });
  }

  /** Waits for something that must happen, and throws what it throws. */
  final <T> T inTime(String what, Future<T> future) throws Exception {
    try {
      return tck().await(future, tck().mustHappen());
    } catch (TimeoutException e) {
      throw new AssertionError(what + " did not happen within " + tck().mustHappen(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }

  final void inTime(String what, CountDownLatch latch) throws InterruptedException {
    Assertions.assertThat(latch.await(tck().mustHappen().toMillis(), TimeUnit.MILLISECONDS))
        .as("%s happened within %s", what, tck().mustHappen())
        .isTrue();
  }

  /**
   * Keeps a reader or visitor where it is until it is released: longer than anybody waits for
   * something to happen meanwhile, so that it is they who report what did not.
   */
  final void holdUntil(CountDownLatch release) {
    try {
      long limitMillis = HELD_LIMITS * tck().mustHappen().toMillis();
      Assertions.assertThat(release.await(limitMillis, TimeUnit.MILLISECONDS))
          .as("the release happened within %s ms", limitMillis)
          .isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs something that must return, in a thread of its own. */
  final void inTime(String what, ThrowingCallable task) throws Exception {
    inTime(what, startRunning(task));
  }

  /** Watches for something that must not happen yet. */
  final void assertNotYet(String what, Future<?> future) throws Exception {
    try {
      future.get(tck().mustNotHappen().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return;
    }
    throw new AssertionError(what + " happened too early");
  }

  /** Runs a random test with a seed, which is reported, and told by a failure. */
  final void seeded(TestReporter reporter, SeededTest test) throws Exception {
    long seed = tck().seed();
    this.seed = seed;
    reporter.publishEntry("seed", String.valueOf(seed));
    try {
      test.run(seed);
    } catch (TestAbortedException e) {
      throw e;
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "with seed " + seed + " (-D" + KvStoreTck.SEED + "=" + seed + "): " + e.getMessage(), e);
    }
  }

  /** A test that draws from a seed. */
  @FunctionalInterface
  interface SeededTest {
    void run(long seed) throws Exception;
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // the wrong argument on purpose
  static <T> T nothing() {
    return null;
  }
}
