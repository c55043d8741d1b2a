// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KvTaskTest {
  private final Deque<Runnable> queue = new ArrayDeque<>();

  private KvTask start(KvTask.Body body) {
    return KvTask.start(queue::add, "verify", "keys", body);
  }

  @Test
  void tellsItsProgressAndItsResult() {
    KvTask task =
        start(
            progress -> {
              progress.total(3);
              progress.advance(2);
              progress.problem("odd", null);
              progress.advance(1);
            });
    assertThat(task.state()).isEqualTo(KvTask.State.RUNNING);
    assertThat(task.await(Duration.ZERO)).isFalse();
    queue.remove().run();
    assertThat(task.state()).isEqualTo(KvTask.State.SUCCEEDED);
    assertThat(task.result().items()).isEqualTo(3);
    assertThat(task.total()).hasValue(3);
    assertThat(task.result().problems()).containsExactly(new KvTask.Problem("odd", null));
  }

  @Test
  void endsAtTheNextStepOnceCancelled() {
    AtomicReference<@Nullable KvTask> self = new AtomicReference<>();
    KvTask task =
        start(
            progress -> {
              Objects.requireNonNull(self.get()).cancel();
              while (true) {
                progress.advance(1);
              }
            });
    self.set(task);
    queue.remove().run();
    assertThat(task.state()).isEqualTo(KvTask.State.CANCELLED);
    assertThat(task.done()).isEqualTo(1);
    assertThatThrownBy(task::result).isInstanceOf(CancellationException.class);
  }

  @Test
  void thatNeverBeganEndsAtOnceWhenCancelled() {
    KvTask task = start(progress -> progress.advance(1));
    task.cancel();
    assertThat(task.state()).isEqualTo(KvTask.State.CANCELLED);
    queue.remove().run();
    assertThat(task.state()).isEqualTo(KvTask.State.CANCELLED);
    assertThat(task.done()).isZero();
  }

  @Test
  void throwsWhatMadeItFailAndFailsIfItIsRefused() {
    KvTask task =
        start(
            progress -> {
              throw new CorruptionException("bad", null, null);
            });
    queue.remove().run();
    assertThat(task.state()).isEqualTo(KvTask.State.FAILED);
    assertThatThrownBy(task::result).isInstanceOf(CorruptionException.class);

    KvTask refused =
        KvTask.start(
            runnable -> {
              throw new RejectedExecutionException("full");
            },
            "verify",
            "keys",
            progress -> {});
    assertThatThrownBy(refused::result).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void keepsABoundedNumberOfProblemsAndCountsAll() {
    KvTask task =
        start(
            progress -> {
              for (int i = 0; i < 5000; i++) {
                progress.problem("number " + i, null);
              }
            });
    queue.remove().run();
    assertThat(task.result().problemCount()).isEqualTo(5000);
    assertThat(task.result().problems()).hasSize(1000);
  }
}
