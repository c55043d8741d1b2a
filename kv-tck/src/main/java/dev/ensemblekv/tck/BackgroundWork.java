// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Iterations, flushes and compactions of a store, one after another in a thread of their own, while
 * a test makes calls. What a store does by itself meanwhile, such as splitting, it does as well.
 */
final class BackgroundWork {
  /**
   * So many times all of it is done at least, the last time from first to last beside the calls.
   */
  private static final int LEAST_PASSES = 2;

  private final Chapter chapter;
  private final KvStore store;
  private final long beginNanos = System.nanoTime();
  private final Future<?> thread;
  private volatile boolean over;
  private volatile int passes;

  private BackgroundWork(Chapter chapter, KvStore store) {
    this.chapter = chapter;
    this.store = store;
    this.thread = Chapter.startRunning(this::run);
  }

  /** What a test does again and again. */
  @FunctionalInterface
  interface Round {
    void run(int number) throws Exception;
  }

  /**
   * Runs rounds beside the work: a number of them, and on until the least time is over, the work
   * was done twice, and it is enough; but no longer than what must happen may take.
   */
  static void beside(
      Chapter chapter,
      KvStore store,
      int leastRounds,
      Duration leastTime,
      BooleanSupplier enough,
      Round round)
      throws Exception {
    BackgroundWork work = new BackgroundWork(chapter, store);
    try {
      for (int i = 0; i < leastRounds || work.isToGoOn(leastTime, enough); i++) {
        round.run(i);
      }
    } finally {
      work.over = true;
    }
    chapter.inTime("the end of iterations, flushes and compactions", work.thread);
  }

  private boolean isToGoOn(Duration leastTime, BooleanSupplier enough) {
    long passed = System.nanoTime() - beginNanos;
    boolean done = (passes >= LEAST_PASSES || thread.isDone()) && enough.getAsBoolean();
    return passed < leastTime.toNanos() || (!done && passed < chapter.tck().mustHappen().toNanos());
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only this thread counts
  private void run() {
    while (!over) {
      store.forEach((key, value) -> !over);
      store.flush();
      if (store.features().contains(KvFeature.COMPACT)) {
        KvTask compaction = store.compact();
        if (compaction.await(chapter.tck().mustHappen())) {
          compaction.result();
        }
      }
      passes++;
    }
  }
}
