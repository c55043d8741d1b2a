// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.profile.PhaseEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that begin a piece of work together. */
public final class Crew implements AutoCloseable {
  static final double NANOS_PER_SECOND = 1e9;

  private final int threads;
  private final ExecutorService executor;

  /** Begins so many threads. */
  public Crew(int threads) {
    this.threads = threads;
    this.executor = Executors.newFixedThreadPool(threads);
  }

  /** What one thread does. */
  @FunctionalInterface
  public interface Work {
    /** Does the part of a thread. */
    void run(int thread) throws Exception;
  }

  /**
   * Has every thread do its part.
   *
   * @param phase what it is called in a recording
   * @return the seconds from the common beginning to the end of the last one
   */
  public double run(String phase, Work work) throws InterruptedException {
    PhaseEvent event = PhaseEvent.begin(phase);
    double seconds = run(work);
    event.commit();
    return seconds;
  }

  private double run(Work work) throws InterruptedException {
    long[] begun = new long[1];
    CyclicBarrier beginning = new CyclicBarrier(threads, () -> begun[0] = System.nanoTime());
    List<Callable<Void>> parts = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int thread = i;
      parts.add(
          () -> {
            beginning.await();
            work.run(thread);
            return null;
          });
    }
    List<Future<Void>> ended = executor.invokeAll(parts);
    long nanos = System.nanoTime() - begun[0];
    for (Future<Void> part : ended) {
      try {
        part.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return nanos / NANOS_PER_SECOND;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
