// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;

/** What the tests have in common: stores, bytes, and threads that are watched. */
final class Fixture {
  static final long PATIENCE_SECONDS = 600;

  private Fixture() {}

  /** Opens a store with options given as {@code name=value}. */
  static KvStore open(Path directory, String... settings) {
    KvOptions.Builder options = KvOptions.builder();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      options.set(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return KvStores.open("lmdb", directory, options.build());
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] key(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** Returns a value of a length whose bytes tell its number. */
  static byte[] value(int number, int length) {
    byte[] value = new byte[length];
    for (int i = 0; i < length; i++) {
      value[i] = (byte) (number * 31 + i);
    }
    return value;
  }

  static long metric(KvStore store, String name) {
    return store.stats().metric(name).orElseThrow().asLong();
  }

  /** Writes more than the smallest map holds. */
  static void fill(KvStore store, int fromNumber, int megabytes) {
    for (int i = 0; i < megabytes; i++) {
      store.put(key(fromNumber + i), value(fromNumber + i, 1 << 20));
    }
  }

  /** A thread that does one thing. */
  static final class Worker<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    private Worker(Callable<T> action) {
      task = new FutureTask<>(action);
      thread = new Thread(task, "worker");
      thread.setDaemon(true);
      thread.start();
    }

    /** Waits until the thread is waiting for something. */
    Worker<T> awaitBlocked() {
      await(
          () ->
              thread.getState() == Thread.State.WAITING
                  || thread.getState() == Thread.State.TIMED_WAITING);
      return this;
    }

    boolean isDone() {
      return task.isDone();
    }

    void interrupt() {
      thread.interrupt();
    }

    T result() throws Exception {
      return task.get(PATIENCE_SECONDS, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  static <T> Worker<T> start(Callable<T> action) {
    return new Worker<>(action);
  }

  static Worker<Void> start(Runnable action) {
    return new Worker<>(
        () -> {
          action.run();
          return null;
        });
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
