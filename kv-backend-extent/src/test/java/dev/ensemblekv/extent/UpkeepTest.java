// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvExecutor;
import dev.ensemblekv.tck.sim.ManualExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What fails in the background is told and tried again; marking waits for no other work. */
class UpkeepTest {
  private final ManualExecutor executor = new ManualExecutor();
  private int runs;

  private final Upkeep upkeep =
      new Upkeep(
          executor,
          Path.of("/data"),
          () -> {
            if (++runs == 1) {
              throw new IllegalStateException("a fault of the engine");
            }
          });

  @Test
  void anyFailureIsToldOnceAndTheWorkTriedAgain() {
    upkeep.wake();
    executor.runAll();

    assertThat(upkeep.problem()).hasMessageContaining("a fault of the engine");
    assertThatThrownBy(upkeep::throwUntold).isInstanceOf(KvException.class);
    upkeep.throwUntold();

    executor.advance(Duration.ofSeconds(2));
    assertThat(runs).isEqualTo(2);
    assertThat(upkeep.problem()).isNull();
  }

  @Test
  void workIsToGiveWayWhileSomethingUrgentIsToBeDone() throws IOException {
    assertThat(upkeep.isToGiveWay()).isFalse();
    upkeep.urgently(() -> assertThat(upkeep.isToGiveWay()).isTrue());
    assertThat(upkeep.isToGiveWay()).isFalse();
    upkeep.close();
    assertThat(upkeep.isToGiveWay()).isTrue();
  }

  @Test
  void whatGaveWayGoesOnThoughWhatWasUrgentFailed() {
    runs = 1;
    IOException failure = new IOException("no room");
    assertThatThrownBy(
            () ->
                upkeep.urgently(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    executor.runAll();
    assertThat(runs).isEqualTo(2);
  }

  @Test
  void aMarkThatFailedDoesNotLeaveTheStoreDegraded() {
    runs = 1;
    upkeep.markSoon(
        () -> {
          throw new IllegalStateException("no room for a mark");
        });
    executor.advance(Duration.ofSeconds(1));
    assertThat(upkeep.problem()).hasMessageContaining("no room for a mark");

    executor.advance(Duration.ofSeconds(2));
    assertThat(upkeep.problem()).isNull();
  }

  @Test
  void aPageThatCannotBeReadIsToldAsAnyFailure() {
    runs = 1;
    upkeep.prepareSoon(
        () -> {
          throw new InternalError("a fault occurred in an unsafe memory access operation");
        });
    executor.runAll();
    assertThat(upkeep.problem()).hasMessageContaining("unsafe memory access");

    executor.advance(Duration.ofSeconds(2));
    assertThat(upkeep.problem()).isNull();
  }

  @Test
  void aMarkWaitsForNoLongWork() throws Exception {
    waitsForNoLongWork(upkeep::markSoon);
  }

  @Test
  void aForceWaitsForNoLongWork() throws Exception {
    waitsForNoLongWork(upkeep::syncSoon);
  }

  @Test
  void theNextSegmentWaitsForNeitherWorkNorForces() throws Exception {
    CompletableFuture<Void> isForcing = new CompletableFuture<>();
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    upkeep.syncSoon(
        () -> {
          isForcing.complete(null);
          mayEnd.orTimeout(1, TimeUnit.MINUTES).join();
        });
    Thread forcing = new Thread(executor::runAll);
    forcing.start();
    isForcing.orTimeout(1, TimeUnit.MINUTES).join();

    waitsForNoLongWork(upkeep::prepareSoon);

    mayEnd.complete(null);
    forcing.join();
  }

  private void waitsForNoLongWork(Consumer<Upkeep.Work> lane) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lane.accept(() -> done.complete(null));
    upkeep.exclusively(
        () ->
            CompletableFuture.runAsync(
                    () -> executor.advance(Duration.ofSeconds(1)), task -> new Thread(task).start())
                .orTimeout(1, TimeUnit.MINUTES) // rather than for ever
                .join());
    assertThat(done).isDone();
  }

  @Test
  void theLackOfMemoryOfOneMomentEndsNoUpkeep() {
    boolean[] isShort = {true};
    KvExecutor threads =
        new KvExecutor() {
          @Override
          public void execute(Runnable task) {
            if (isShort[0]) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            executor.execute(task);
          }

          @Override
          public Scheduled schedule(Runnable task, Duration delay) {
            return executor.schedule(task, delay);
          }

          @Override
          public long nanoTime() {
            return executor.nanoTime();
          }
        };
    List<String> done = new ArrayList<>();
    Upkeep work = new Upkeep(threads, Path.of("/data"), () -> done.add("work"));
    work.wake();
    assertThat(work.problem()).hasMessageContaining("native thread");

    isShort[0] = false;
    work.wake();
    executor.runAll();
    assertThat(done).containsExactly("work");
    assertThat(work.problem()).isNull();
  }
}
