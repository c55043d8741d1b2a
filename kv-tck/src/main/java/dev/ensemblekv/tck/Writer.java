// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.WriterProgress.Stage;
import dev.ensemblekv.tck.WriterScript.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The life of a writing process: it opens a store, lets each thread do its script, and closes. */
final class Writer {
  private static final long PAUSE_NANOS = 2_000_000;

  private final KvStoreTck tck;
  private final Path directory;
  private final WriterProgress progress;
  private final long seed;
  private final int life;
  private final int hurried;
  private final Consumer<Throwable> onFailure;

  /**
   * Prepares a life.
   *
   * @param hurried so many steps of each thread follow at once; those after them take their time,
   *     so that whoever waits for the last of these comes before the end
   * @param onFailure ends the process; called by the thread that the store failed
   */
  Writer(
      KvStoreTck tck,
      Path directory,
      WriterProgress progress,
      long seed,
      int life,
      int hurried,
      Consumer<Throwable> onFailure) {
    this.tck = tck;
    this.directory = directory;
    this.progress = progress;
    this.seed = seed;
    this.life = life;
    this.hurried = hurried;
    this.onFailure = onFailure;
  }

  void run() throws Exception {
    progress.reached(Stage.OPENING);
    long before = System.nanoTime();
    KvStore store = tck.open(directory, tck.options());
    progress.openedIn(System.nanoTime() - before);
    progress.reached(Stage.WRITING);
    List<Future<?>> threads = new ArrayList<>();
    for (int i = 0; i < WriterScript.THREADS; i++) {
      int thread = i;
      threads.add(Chapter.startRunning(() -> runOrFail(store, thread)));
    }
    for (Future<?> thread : threads) {
      thread.get();
    }
    progress.reached(Stage.CLOSING);
    store.close();
    progress.reached(Stage.CLOSED);
  }

  private void runOrFail(KvStore store, int thread) {
    try {
      run(store, thread);
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  private void run(KvStore store, int thread) {
    WriterScript script = new WriterScript(seed, life, thread, store.features());
    for (int i = 0; i < WriterScript.STEPS; i++) {
      Step step = script.next();
      if (i >= hurried) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      progress.begin(thread);
      long[] completed = progress.completed();
      run(store, step);
      progress.complete(thread);
      if (step.kind() == WriterScript.Kind.FLUSH) {
        progress.flushed(thread, completed);
      }
    }
  }

  private static void run(KvStore store, Step step) {
    switch (step.kind()) {
      case FLUSH -> store.flush();
      case SYNC -> store.write(step.batch(), Durability.SYNC);
      case SWAP -> oneByOne(step.batch(), (key, value) -> swap(store, key, value));
      case WRITE -> {
        if (step.batch().count() > 1) {
          store.write(step.batch());
        } else {
          oneByOne(step.batch(), (key, value) -> write(store, key, value));
        }
      }
    }
  }

  private static void write(KvStore store, byte[] key, byte @Nullable [] value) {
    if (value == null) {
      store.delete(key);
    } else {
      store.put(key, value);
    }
  }

  private static void swap(KvStore store, byte[] key, byte @Nullable [] value) {
    if (!store.compareAndSet(key, store.get(key), value)) {
      throw new AssertionError(
          "a swap of " + Chapter.text(key) + ", to which nobody else writes, did not happen");
    }
  }

  /** What is done to one key. */
  @FunctionalInterface
  private interface Change {
    void make(byte[] key, byte @Nullable [] value);
  }

  private static void oneByOne(KvBatch batch, Change change) {
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            change.make(key, value);
          }

          @Override
          public void delete(byte[] key) {
            change.make(key, null);
          }
        });
  }
}
