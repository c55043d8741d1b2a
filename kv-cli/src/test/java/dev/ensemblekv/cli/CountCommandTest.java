// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvFeature;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountCommandTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);

  @Test
  void printsTheNumberOfKeys(@TempDir Path directory) {
    Path store = console.shelf(directory.resolve("store"), "a", "1", "b", "2");
    assertThat(console.run("count", store).isSilent(Exit.DONE).out()).isEqualTo("2\n");
    assertThat(console.run("count", store, "--json").json().get("keys").asInt()).isEqualTo(2);
  }

  @Test
  void aStoreWithoutCountIsWalkedWhichIsSaid(@TempDir Path directory) {
    shelf.features.remove(KvFeature.CONSTANT_TIME_SIZE);
    Path store = console.shelf(directory.resolve("store"), "a", "1", "b", "2");
    Console.Result result = console.run("count", store);
    assertThat(result.out()).isEqualTo("2\n");
    assertThat(result.err()).startsWith("kv: the store keeps no count").hasLineCount(1);
  }
}
