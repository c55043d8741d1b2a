// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.bytes;
import static dev.ensemblekv.ensemble.EnsembleTesting.manifest;
import static dev.ensemblekv.ensemble.EnsembleTesting.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  /** Returns a key of two letters, upper and lower case, that the two owners of two differ in. */
  private String keyThatCaseMoves() throws Exception {
    KeyHash hash = new KeyHash(manifest(Disk.real(), directory.resolve("store")).seed());
    for (int i = 0; ; i++) {
      int lower = Region.base(hash.bits(bytes("key" + i)), 2);
      if (lower != Region.base(hash.bits(bytes("Key" + i)), 2)) {
        return "key" + i;
      }
    }
  }

  @Test
  void aKeyThatIsThereTwiceIsFound() throws Exception {
    try (KvStore store = open()) {
      String key = keyThatCaseMoves();
      store.put(bytes("K" + key.substring(1)), bytes("where it belongs"));
      assertThat(store.verify().result().problemCount()).isZero();
      hooked.hook(
          (operation, substore, put) -> {
            if (operation.equals("put")) {
              put[0] = 'K';
            }
          });
      store.put(bytes(key), bytes("and in the other one"));
      hooked.unhook();
      assertThat(store.verify().result().problems())
          .singleElement()
          .satisfies(
              problem ->
                  assertThat(problem.message()).contains("holds a key that belongs to substore"));
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
