// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.views;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Runs the same action in several threads that start together. */
final class Concurrently {
  private Concurrently() {}

  /** Returns when all are through; the first failure is thrown. */
  static void run(int threads, IntConsumer action) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  action.accept(thread);
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("a thread failed", e);
    } finally {
      executor.shutdownNow();
    }
  }
}
