// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptionTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);

  @Test
  void closingEverythingEndsAnImportWithWhatWasStoredKept(@TempDir Path directory)
      throws Exception {
    Path store = directory.resolve("store");
    Closers closers = new Closers();
    PipedOutputStream writing = new PipedOutputStream();
    InputStream reading = new PipedInputStream(writing);
    Object[] command = {"import", store, "-", "--store", "shelf", "--format", "lines"};
    CompletableFuture<Console.Result> running =
        CompletableFuture.supplyAsync(() -> console.runWith(reading, closers, command));
    try (writing) {
      writing.write("a\nb\n".getBytes(UTF_8));
      writing.flush();
      shelf.puts.acquire(2);
      assertThat(closers.closeAll()).isNull();
      console.run("count", store).isSilent(Exit.DONE); // so it is open no longer
      writing.write("c\n".getBytes(UTF_8));
    }
    assertThat(running.join().exitCode()).isEqualTo(Exit.INTERRUPTED);
    assertThat(running.join().err()).isEmpty();
    assertThat(shelf.contents(store)).hasSize(2);
  }

  @Test
  void whatIsOpenedLastIsClosedFirstAndAllOfItDespiteFailures() {
    Closers closers = new Closers();
    StringBuilder order = new StringBuilder();
    closers.add(() -> order.append("a"));
    closers.add(
        () -> {
          throw new IOException("b");
        });
    closers.add(
        () -> {
          throw new IOException("c");
        });
    assertThat(closers.closeAll())
        .hasMessage("c")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(order).hasToString("a");
    assertThat(closers.closeAll()).isNull();
  }

  @Test
  void whatIsOpenedTooLateIsClosedAtOnce() {
    Closers closers = new Closers();
    closers.closeAll();
    AtomicInteger closed = new AtomicInteger();
    assertThatThrownBy(() -> closers.add(closed::incrementAndGet))
        .isInstanceOf(CommandException.class);
    assertThat(closed).hasValue(1);
  }
}
