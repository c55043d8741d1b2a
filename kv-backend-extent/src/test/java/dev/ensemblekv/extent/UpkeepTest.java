// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.tck.sim.ManualExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  void aMarkWaitsForNoLongWork() throws Exception {
    CompletableFuture<Void> marked = new CompletableFuture<>();
    upkeep.markSoon(() -> marked.complete(null));
    upkeep.exclusively(
        () ->
            CompletableFuture.runAsync(
                    () -> executor.advance(Duration.ofSeconds(1)), task -> new Thread(task).start())
                .orTimeout(1, TimeUnit.MINUTES) // rather than for ever
                .join());
    assertThat(marked).isDone();
  }
}
