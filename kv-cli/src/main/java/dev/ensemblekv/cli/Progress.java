// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with rate and remaining time, for people who wait; nothing is shown to anyone else. */
final class Progress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 250;
  private static final int WIDTH = 79;
  private static final Duration TASK_CHECK = Duration.ofMillis(100);

  /** Stands for a total that is not known. */
  static final long UNKNOWN = -1;

  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Starts to show progress, on a terminal.
   *
   * @param what what is being done, such as {@code import}
   * @param unit what is counted, such as {@code files}
   * @param total how many there are in all, or {@link #UNKNOWN}
   */
  static Progress start(Shell shell, String what, String unit, long total) {
    return new Progress(
        shell.errIsTerminal()
            ? new ProgressBarBuilder()
                .setTaskName(what)
                .setUnit(" " + unit, 1)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(shell.err(), WIDTH))
                .showSpeed()
                .build()
            : null);
  }

  /** Shows nothing. */
  static Progress none() {
    return new Progress(null);
  }

  /** Returns about how many pairs a walk over a store will see, or {@link #UNKNOWN}. */
  static long expectedPairs(KvStore store) {
    return store.stats().metric(KvMetric.KEYS).map(KvMetric::asLong).orElse(UNKNOWN);
  }

  /** Tells that more was done. Thread-safe. */
  void step(long count) {
    if (bar != null) {
      bar.stepBy(count);
    }
  }

  /** Shows a task until it ends, and returns its result. */
  static KvTask.Result watch(Shell shell, KvTask task) {
    long total = task.total().orElse(UNKNOWN);
    try (Progress progress = start(shell, task.operation(), task.unit(), total)) {
      while (!task.await(TASK_CHECK)) {
        progress.to(task);
      }
      progress.to(task);
    }
    return task.result();
  }

  /** Shows a task of another process until it ends, and returns how it ended. */
  static RemoteTask watch(Shell shell, ManagedBean bean) {
    RemoteTask task = RemoteTask.read(bean);
    try (Progress progress = start(shell, task.operation(), task.unit(), task.total())) {
      while (task.isRunning()) {
        bean.invoke("await", TASK_CHECK.toMillis());
        task = RemoteTask.read(bean);
        progress.to(task.done(), task.total());
      }
      progress.to(task.done(), task.total());
    }
    return task;
  }

  private void to(KvTask task) {
    to(task.done(), task.total().orElse(UNKNOWN));
  }

  private void to(long done, long total) {
    if (bar != null) {
      if (total != UNKNOWN) {
        bar.maxHint(total);
      }
      bar.stepTo(done);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
