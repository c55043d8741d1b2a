// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.jmx.TaskMXBean;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The bean of a task. Thread-safe. */
@SuppressWarnings("JavaUtilDate") // the open type of a time
final class TaskView implements TaskMXBean {
  private static final int MOST_PROBLEMS_SHOWN = 20;
  private static final long MOST_MILLIS_WAITED = 60_000;

  private final long id;
  private final KvTask task;
  private final Clock clock;
  private final long startedMillis;
  private volatile @Nullable Date ended;

  TaskView(long id, KvTask task, Clock clock) {
    this.id = id;
    this.task = task;
    this.clock = clock;
    this.startedMillis = clock.millis();
  }

  /** Notes that the task ends now. */
  void end() {
    ended = new Date(clock.millis());
  }

  @Override
  public long getId() {
    return id;
  }

  @Override
  public String getOperation() {
    return task.operation();
  }

  @Override
  public String getState() {
    return task.state().name();
  }

  @Override
  public String getUnit() {
    return task.unit();
  }

  @Override
  public long getDone() {
    return task.done();
  }

  @Override
  public long getTotal() {
    return task.total().orElse(Figures.UNKNOWN);
  }

  @Override
  public double getProgress() {
    if (task.state() == KvTask.State.SUCCEEDED) {
      return 1;
    }
    OptionalLong total = task.total();
    return total.isPresent() && total.getAsLong() > 0
        ? Math.min(1, (double) task.done() / total.getAsLong())
        : Double.NaN;
  }

  @Override
  public long getRemainingMillis() {
    if (task.state() != KvTask.State.RUNNING) {
      return 0;
    }
    double progress = getProgress();
    return progress > 0 // false for NaN too
        ? Math.round((clock.millis() - startedMillis) / progress * (1 - progress))
        : Figures.UNKNOWN;
  }

  @Override
  public Date getStarted() {
    return new Date(startedMillis);
  }

  @Override
  public @Nullable Date getEnded() {
    return ended;
  }

  @Override
  public long getProblemCount() {
    return task.problemCount();
  }

  @Override
  public String getResult() {
    if (task.state() == KvTask.State.RUNNING) {
      return "";
    }
    String problems =
        task.problems().stream()
            .limit(MOST_PROBLEMS_SHOWN)
            .map(problem -> "\n" + problem.message())
            .collect(Collectors.joining());
    return task.done() + " " + task.unit() + ", " + task.problemCount() + " problems" + problems;
  }

  @Override
  public String getError() {
    return task.state() == KvTask.State.FAILED
        ? task.failure().map(TaskView::message).orElse("")
        : "";
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  /** Nobody who is gone keeps a thread of the connector for long. */
  @Override
  public boolean await(long millis) {
    return task.await(Duration.ofMillis(Math.min(millis, MOST_MILLIS_WAITED)));
  }

  @Override
  public void cancel() {
    task.cancel();
  }
}
