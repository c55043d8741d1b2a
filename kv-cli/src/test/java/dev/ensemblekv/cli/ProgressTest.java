// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf).onTerminal();
  @TempDir private Path directory = Path.of("");

  @Test
  void longWorkShowsABarWithRateOnATerminal() throws IOException {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    Files.writeString(tree.resolve("a"), "1");
    Files.writeString(tree.resolve("b"), "2");
    Path store = directory.resolve("store");
    String err = console.run("import", store, tree, "--store", "shelf").err();
    assertThat(err).contains("import 100% [").contains("2/2 pairs").contains("pairs/s");
    assertThat(console.run("verify", store).err()).contains("verify 100% [").contains("2/2 books");
    String copied = console.run("copy", store, directory.resolve("copy")).err();
    assertThat(copied).contains("copy 100% [").contains("compare 100% [").contains("4/4 pairs");
    assertThat(console.run("export", store, directory.resolve("x")).err())
        .contains("export 100% [");
  }

  @Test
  void anUnknownAmountIsCountedWithoutEnd() throws IOException {
    Path file = Files.writeString(directory.resolve("words"), "a\nb\n");
    Path store = directory.resolve("store");
    String err = console.run("import", store, file, "--store", "shelf", "--format", "lines").err();
    assertThat(err).contains("import").contains("2/?");
  }

  @Test
  void anExportToTheTerminalIsNotMixedWithABar() {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    console.run("export", store).isSilent(Exit.DONE);
  }
}
