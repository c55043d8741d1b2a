// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DestroyCommandTest {
  private final Console console = new Console(new ShelfBackend());

  @Test
  void deletesAStoreIfThatIsMeant(@TempDir Path directory) {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    console.run("destroy", store).isError(Exit.USAGE, "--yes");
    assertThat(store).exists();
    console.run("destroy", store, "--yes").isSilent(Exit.DONE);
    assertThat(store).doesNotExist();
  }

  @Test
  void deletesNothingElse(@TempDir Path directory) throws IOException {
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Path file = Files.writeString(foreign.resolve("letter"), "dear");
    console.run("destroy", foreign, "--yes").isError(Exit.FAILED, "no store of ours");
    assertThat(file).hasContent("dear");
    console
        .run("destroy", directory.resolve("none"), "--yes")
        .isError(Exit.FAILED, "there is no store here");
  }
}
