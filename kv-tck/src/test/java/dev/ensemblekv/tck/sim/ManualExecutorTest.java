// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.spi.KvExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ManualExecutorTest {
  private final ManualExecutor executor = new ManualExecutor();
  private final List<String> ran = new ArrayList<>();

  @Test
  void nothingRunsUntilItIsToldTo() {
    executor.execute(() -> ran.add("a"));
    executor.execute(() -> ran.add("b"));
    assertThat(ran).isEmpty();
    assertThat(executor.readyCount()).isEqualTo(2);
    assertThat(executor.runNext()).isTrue();
    assertThat(ran).containsExactly("a");
    assertThat(executor.runAll()).isEqualTo(1);
    assertThat(executor.runNext()).isFalse();
    assertThat(ran).containsExactly("a", "b");
  }

  @Test
  void tasksStartedByTasksRunToo() {
    executor.execute(() -> executor.execute(() -> ran.add("inner")));
    assertThat(executor.runAll()).isEqualTo(2);
    assertThat(ran).containsExactly("inner");
  }

  @Test
  void aDelayedTaskRunsAtItsTime() {
    List<Long> times = new ArrayList<>();
    executor.schedule(() -> times.add(executor.nanoTime()), Duration.ofMillis(2));
    executor.schedule(
        () -> {
          times.add(executor.nanoTime());
          executor.schedule(() -> times.add(executor.nanoTime()), Duration.ofMillis(3));
        },
        Duration.ofMillis(1));
    assertThat(executor.runAll()).isZero();
    assertThat(executor.waitingCount()).isEqualTo(2);
    assertThat(executor.advance(Duration.ofMillis(3))).isEqualTo(2);
    assertThat(times).containsExactly(1_000_000L, 2_000_000L);
    assertThat(executor.nanoTime()).isEqualTo(3_000_000L);
    assertThat(executor.advance(Duration.ofMillis(1))).isEqualTo(1);
    assertThat(times).endsWith(4_000_000L);
  }

  @Test
  void theWallClockGoesWithTheTime() {
    Instant before = executor.clock().instant();
    executor.advance(Duration.ofHours(1));
    assertThat(Duration.between(before, executor.clock().instant())).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void aCancelledTaskDoesNotRunButAnEqualOneDoes() {
    Runnable task = () -> ran.add("task");
    KvExecutor.Scheduled first = executor.schedule(task, Duration.ofMillis(1));
    executor.schedule(task, Duration.ofMillis(1));
    first.cancel();
    executor.advance(Duration.ofMillis(1));
    assertThat(ran).containsExactly("task");
  }

  @Test
  void aSeedDrawsTheOrderAndDrawsItAgain() {
    Set<String> orders = new TreeSet<>();
    for (int seed = 0; seed < 200; seed++) {
      String order = shuffledOrder(seed);
      assertThat(shuffledOrder(seed)).isEqualTo(order);
      orders.add(order);
    }
    assertThat(orders).hasSize(6);
  }

  private static String shuffledOrder(long seed) {
    ManualExecutor shuffled = ManualExecutor.shuffled(seed);
    StringBuilder order = new StringBuilder();
    for (String name : List.of("a", "b", "c")) {
      shuffled.execute(() -> order.append(name));
    }
    shuffled.runAll();
    return order.toString();
  }

  @Test
  void whatATaskThrowsReachesTheTest() {
    executor.execute(
        () -> {
          throw new IllegalStateException("from the task");
        });
    assertThatThrownBy(executor::runNext).hasMessage("from the task");
  }

  @Test
  void anExecutorThatRefusesSaysSo() {
    executor.refuse();
    assertThatThrownBy(() -> executor.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
