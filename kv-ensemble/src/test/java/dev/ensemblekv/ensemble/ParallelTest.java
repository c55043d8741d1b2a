// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParallelTest {
  private static final Executor THREADS = task -> new Thread(task).start();

  private final List<Integer> done = Collections.synchronizedList(new ArrayList<>());

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void theItemsAreWorkedOnAtOnce() {
    CountDownLatch here = new CountDownLatch(Parallel.MAX_THREADS);
    Parallel.forEach(
        THREADS,
        items(Parallel.MAX_THREADS),
        item -> {
          here.countDown();
          awaitAll(here); // comes to its end only if all others are here too
          done.add(item);
        });
    assertThat(done).containsExactlyInAnyOrderElementsOf(items(Parallel.MAX_THREADS));
  }

  private static void awaitAll(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void manyItemsHaveFewHelpersAndEachIsDoneOnce() {
    List<Runnable> helpers = new ArrayList<>();
    Parallel.forEach(
        task -> {
          helpers.add(task);
          THREADS.execute(task);
        },
        items(1000),
        done::add);
    assertThat(done).containsExactlyInAnyOrderElementsOf(items(1000));
    assertThat(helpers).hasSize(Parallel.MAX_THREADS - 1);
  }

  @Test
  void oneItemNeedsNoHelper() {
    Parallel.forEach(
        task -> {
          throw new AssertionError("a helper was called");
        },
        items(1),
        done::add);
    assertThat(done).containsExactly(0);
  }

  @Test
  void whereNobodyHelpsTheCallerDoesItAllInOrder() {
    List<Runnable> late = new ArrayList<>();
    Parallel.forEach(late::add, items(20), done::add);
    assertThat(done).isEqualTo(items(20));
    late.forEach(Runnable::run);
    assertThat(done).as("a helper that comes too late").isEqualTo(items(20));
  }

  @Test
  void anExecutorWithoutThreadsIsNoObstacle() {
    Parallel.forEach(
        task -> {
          throw new RejectedExecutionException("closing");
        },
        items(20),
        done::add);
    Parallel.forEach(
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        },
        items(20),
        done::add);
    assertThat(done).hasSize(40);
  }

  @Test
  void failuresKeepNothingElseFromBeingDoneAndComeInOrder() {
    List<Throwable> failures =
        Parallel.forEach(
            THREADS,
            items(20),
            item -> {
              done.add(item);
              if (item % 5 == 2) {
                throw new IllegalStateException("item " + item);
              }
            });
    assertThat(done).containsExactlyInAnyOrderElementsOf(items(20));
    assertThat(failures)
        .extracting(Throwable::getMessage)
        .containsExactly("item 2", "item 7", "item 12", "item 17");
    assertThatThrownBy(() -> Parallel.throwFirst(failures))
        .isSameAs(failures.get(0))
        .satisfies(
            first ->
                assertThat(first.getSuppressed())
                    .containsExactly(failures.get(1), failures.get(2), failures.get(3)));
  }

  @Test
  void oneFailureOfManyItemsIsThrown() {
    IllegalStateException same = new IllegalStateException("the same for all");
    assertThatThrownBy(() -> Parallel.throwFirst(List.of(same, same))).isSameAs(same);
    assertThatThrownBy(() -> Parallel.throwFirst(List.of(new AssertionError("an error"))))
        .isInstanceOf(AssertionError.class);
    Parallel.throwFirst(List.of());
  }

  @Test
  void anInterruptStaysSetAndEndsNothing() {
    Thread.currentThread().interrupt();
    Parallel.forEach(THREADS, items(20), done::add);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).hasSize(20);
  }

  @Test
  void theCallerWaitsForWhatAHelperHasTaken() {
    Thread caller = Thread.currentThread();
    CountDownLatch taken = new CountDownLatch(1);
    AtomicBoolean returned = new AtomicBoolean();
    Parallel.forEach(
        task -> {
          THREADS.execute(task);
          awaitAll(taken);
        },
        items(2),
        item -> {
          if (Thread.currentThread() != caller) {
            taken.countDown();
            while (caller.getState() != Thread.State.WAITING && !returned.get()) {
              Thread.onSpinWait();
            }
            done.add(item);
          }
        });
    returned.set(true);
    assertThat(done).as("what the helper has done").isNotEmpty();
  }
}
