// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.spi.io.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
  private static final Duration MUST_NOT_HAPPEN = Duration.ofMillis(100);

  private final HookedBackend hooked = new HookedBackend();
  private final KvEnvironment environment = KvEnvironment.builder().backend(hooked).build();

  @TempDir Path directory;

  private KvStore open() {
    return environment.open("ensemble:hooked:json", directory.resolve("store"), options(2, 1000));
  }

  @Test
  void aKeyOfAnotherBaseIsFound() throws Exception {
    hooked.hook(
        (operation, substore, key) -> {
          if (operation.equals("put")) {
            key[0] = 'K'; // so the engine stores another key than it was given
          }
        });
    try (KvStore store = open()) {
      KeyHash hash = new KeyHash(manifest(Disk.real(), directory.resolve("store")).seed());
      long misplaced = 0;
      for (int i = 0; i < 100; i++) {
        store.put(bytes("key" + i), bytes("value"));
        int asked = hash.bits(bytes("key" + i));
        int stored = hash.bits(bytes("Key" + i));
        misplaced += Region.base(asked, 2) == Region.base(stored, 2) ? 0 : 1;
      }
      assertThat(misplaced).isPositive();
      assertThat(store.verify().result().problemCount()).isEqualTo(misplaced);
    }
  }

  /**
   * Returns a key of the first of two substores that stays there when it splits, and belongs to the
   * second one if its first letter is a capital.
   */
  private String keyThatACapitalMoves() throws Exception {
    KeyHash hash = new KeyHash(manifest(Disk.real(), directory.resolve("store")).seed());
    for (int i = 0; ; i++) {
      int bits = hash.bits(bytes("key" + i));
      boolean stays = Region.base(bits, 2) == 0 && !new Region(0, 0, 0).isInUpper(bits);
      if (stays && Region.base(hash.bits(bytes("Key" + i)), 2) == 1) {
        return "key" + i;
      }
    }
  }

  /** Makes the first substore store a key that belongs to the second one. */
  private void plant(KvStore store, String key) {
    hooked.hook(
        (operation, substore, put) -> {
          if (operation.equals("put")) {
            put[0] = 'K'; // so the engine stores another key than it was given
          }
        });
    store.put(bytes(key), bytes("planted"));
    hooked.unhook();
  }

  private static void assertOneProblem(KvStore store) {
    assertThat(store.verify().result().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .isEqualTo("substore 0000 holds a key that belongs to substore 0001"));
  }

  @Test
  void aKeyThatIsThereTwiceIsFound() throws Exception {
    try (KvStore store = open()) {
      String key = keyThatACapitalMoves();
      store.put(bytes("K" + key.substring(1)), bytes("where it belongs"));
      assertThat(store.verify().result().problemCount()).isZero();
      plant(store, key);
      assertOneProblem(store);
    }
  }

  @Test
  void aDonorMayHoldWhatItHandedOverAndNothingElse() throws Exception {
    try (KvStore store = open()) {
      for (int i = 0; i < 100; i++) {
        store.put(bytes("other" + i), bytes("value"));
      }
      KvCursor older = store.iterate(); // as long as it is open, the donor keeps what it had
      control(store).splitNow("0000");
      while (control(store).status().splits() == 0) {
        Thread.onSpinWait();
      }
      assertThat(store.stats().substores().get(0).facts()).containsKey("cleaning");
      assertThat(store.verify().result().problemCount()).isZero();
      plant(store, keyThatACapitalMoves());
      assertOneProblem(store);
      older.close();
    }
  }

  @Test
  void theChecksOfTheSubstoresEndWithTheWhole() {
    CompletableFuture<KvTask> whole = new CompletableFuture<>();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Boolean> outlived = new CompletableFuture<>();
    hooked.verifying(
        task ->
            KvTask.start(
                environment.executor(),
                "verify",
                "keys",
                progress -> {
                  begun.complete(null);
                  try {
                    goOn(progress);
                  } finally {
                    outlived.complete(whole.join().await(MUST_NOT_HAPPEN));
                  }
                }));
    try (KvStore store = open()) {
      KvTask task = store.verify();
      whole.complete(task);
      begun.join();
      task.cancel();
      assertThatThrownBy(task::result).isInstanceOf(CancellationException.class);
      assertThat(outlived.join()).isFalse();
    }
  }

  private static void goOn(KvTask.Progress progress) {
    while (true) {
      progress.advance(1);
    }
  }
}
