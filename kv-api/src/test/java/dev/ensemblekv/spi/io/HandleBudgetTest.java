// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** More files than handles. */
class HandleBudgetTest {
  private static final int FILES = 20;
  private static final int MOST = 3;

  @TempDir Path directory;
  private final HandleBudget budget = new HandleBudget(MOST);
  private final List<RealDiskFile> files = new ArrayList<>();

  private void openAll() throws IOException {
    for (int i = 0; i < FILES; i++) {
      Path path = directory.resolve("file" + i);
      Files.write(path, new byte[] {(byte) i});
      files.add(RealDiskFile.openReadOnly(path, budget));
    }
  }

  @AfterEach
  void closeAll() throws IOException {
    for (RealDiskFile file : files) {
      file.close();
    }
    assertThat(budget.count()).isZero();
  }

  private void giveAllBack() throws IOException {
    while (budget.count() > 0) {
      budget.open(directory, new OutOfHandles(1));
    }
  }

  private void check(int file) throws IOException {
    byte[] bytes = new byte[1];
    assertThat(files.get(file).read(0, bytes, 0, 1)).isEqualTo(1);
    assertThat(bytes[0]).isEqualTo((byte) file);
  }

  @Test
  void allFilesAreReadThoughFewAreOpen() throws IOException {
    openAll();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < FILES; i++) {
        check(i);
        assertThat(budget.count()).isLessThanOrEqualTo(MOST);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theHandlesAreReallyClosed() throws IOException {
    openAll();
    long open = 0;
    try (DirectoryStream<Path> handles = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path handle : handles) {
        open += leadsHere(handle) ? 1 : 0;
      }
    }
    assertThat(open).isEqualTo(MOST);
  }

  private boolean leadsHere(Path handle) {
    try {
      return Files.readSymbolicLink(handle).startsWith(directory.toRealPath());
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  void manyThreadsReadFilesThatAreClosedUnderThem() throws Exception {
    openAll();
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      SplittableRandom random = new SplittableRandom(thread);
      Callable<Void> reading =
          () -> {
            for (int i = 0; i < 500; i++) {
              check(random.nextInt(FILES));
            }
            return null;
          };
      FutureTask<Void> task = new FutureTask<>(reading);
      tasks.add(task);
      new Thread(task).start();
    }
    for (FutureTask<Void> task : tasks) {
      task.get();
    }
  }

  @Test
  void whatIsReadAllTheTimeKeepsItsHandle() throws IOException {
    Held busy = new Held();
    busy.used = true;
    budget.opened(busy);
    for (int i = 0; i < FILES; i++) {
      busy.used = true;
      budget.opened(new Held());
    }
    assertThat(busy.released).isFalse();
    assertThat(budget.count()).isEqualTo(MOST);
    giveAllBack();
    assertThat(busy.released).isTrue();
  }

  @Test
  void oneThatWasClosedBeforeItWasNotedIsForgotten() throws IOException {
    Held closed = new Held();
    closed.closed = true;
    budget.opened(closed);
    assertThat(budget.count()).isZero();
  }

  @Test
  void whereTheProcessHasNoHandleLeftSomeAreGivenBack() throws IOException {
    Held first = new Held();
    Held second = new Held();
    budget.opened(first);
    budget.opened(second);
    assertThat(budget.open(directory, new OutOfHandles(1))).isEqualTo("opened");
    assertThat(first.released).isNotEqualTo(second.released);
    giveAllBack();
  }

  @Test
  void oneThatCannotBeClosedKeepsNoOtherOpen() throws IOException {
    List<Held> held = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      held.add(new Held());
      budget.opened(held.get(i));
    }
    held.get(0).fails = true;

    assertThatThrownBy(this::giveAllBack).hasMessage("it cannot be closed");
    assertThat(held.get(1).released).isTrue();
    giveAllBack();
  }

  @Test
  void whereThatDoesNotHelpTheErrorSaysWhatDoes() {
    assertThatThrownBy(() -> budget.open(directory, new OutOfHandles(2)))
        .hasMessageContaining("raise the limit (ulimit -n)")
        .hasMessageContaining(directory.toString())
        .hasCauseInstanceOf(FileNotFoundException.class);
    FileNotFoundException other = new FileNotFoundException("no such thing");
    assertThatThrownBy(
            () ->
                budget.open(
                    directory,
                    () -> {
                      throw other;
                    }))
        .isSameAs(other);
  }

  /** Fails so often as the operating system does. */
  private static final class OutOfHandles implements HandleBudget.Opening<String> {
    private int failures;

    OutOfHandles(int failures) {
      this.failures = failures;
    }

    @Override
    public String open() throws IOException {
      if (failures-- > 0) {
        throw new FileNotFoundException("/some/file (Too many open files)");
      }
      return "opened";
    }
  }

  /** A handle of nothing. */
  private static final class Held implements HandleBudget.Holder {
    private boolean used;
    private boolean closed;
    private boolean released;
    private boolean fails;

    @Override
    public boolean takeUsed() {
      boolean was = used;
      used = false;
      return was;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void release() throws IOException {
      released = true;
      if (fails) {
        throw new IOException("it cannot be closed");
      }
    }
  }
}
