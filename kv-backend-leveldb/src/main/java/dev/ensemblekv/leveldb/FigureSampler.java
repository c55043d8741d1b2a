// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The latest figures of LevelDB's levels. Asking for them blocks nobody: those who ask get the last
 * sample, and an old one is replaced in the background, for the next time.
 */
final class FigureSampler {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final KvExecutor executor;
  private final Supplier<LevelFigures> source;
  private final AtomicBoolean refreshing = new AtomicBoolean();

  private volatile LevelFigures last = LevelFigures.NONE;
  private volatile long sampledAt;

  /**
   * Creates the sampler, and takes a first sample.
   *
   * @param source may block for a moment
   */
  FigureSampler(KvExecutor executor, Supplier<LevelFigures> source) {
    this.executor = executor;
    this.source = source;
    sample();
  }

  LevelFigures get() {
    if (executor.nanoTime() - sampledAt > FRESH_NANOS && refreshing.compareAndSet(false, true)) {
      try {
        executor.execute(this::refresh);
      } catch (RuntimeException e) {
        refreshing.set(false); // the executor takes nothing more: the figures stay as they are
      }
    }
    return last;
  }

  private void refresh() {
    try {
      sample();
    } finally {
      refreshing.set(false);
    }
  }

  private void sample() {
    last = source.get();
    sampledAt = executor.nanoTime();
  }
}
