// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvFeature;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanCommandTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);
  private Path store = Path.of("");

  @BeforeEach
  void createStore(@TempDir Path directory) {
    store =
        console.shelf(
            directory.resolve("store"),
            "ab",
            "1",
            "aa",
            "2",
            "b",
            "",
            "hex:",
            "x\ny",
            "\u0000",
            "z");
  }

  @Test
  void listsInKeyOrderWithATabBetween() {
    assertThat(console.run("scan", store).isSilent(Exit.DONE).out())
        .isEqualTo("hex:00\tz\naa\t2\nab\t1\nb\t\ntext:hex:\thex:780a79\n");
  }

  @Test
  void takesAPrefixAndALimit() {
    assertThat(console.run("scan", store, "--prefix", "a").isSilent(Exit.DONE).out())
        .isEqualTo("aa\t2\nab\t1\n");
    assertThat(console.run("scan", store, "--prefix", "hex:00").isSilent(Exit.DONE).out())
        .isEqualTo("hex:00\tz\n");
    assertThat(console.run("scan", store, "--prefix", "a", "--limit", 1, "--keys").out())
        .isEqualTo("aa\n");
    assertThat(console.run("scan", store, "--limit", 0).isSilent(Exit.DONE).out()).isEmpty();
    assertThat(console.run("scan", store, "--prefix", "c").isSilent(Exit.DONE).out()).isEmpty();
    console.run("scan", store, "--limit", -1).isError(Exit.USAGE, "--limit");
  }

  @Test
  void aStoreWithoutOrderIsWalkedWhollyWhichIsSaid() {
    shelf.features.remove(KvFeature.ORDERED);
    Console.Result result = console.run("scan", store, "--prefix", "a", "--keys");
    assertThat(result.out()).isEqualTo("ab\naa\n");
    assertThat(result.err()).startsWith("kv: the store keeps no order").hasLineCount(1);
    assertThat(result.exitCode()).isEqualTo(Exit.DONE);
  }

  @Test
  void printsJsonLines() {
    Console.Result result = console.run("scan", store, "--json", "--prefix", "a");
    assertThat(result.isSilent(Exit.DONE).out())
        .isEqualTo("{\"key\":\"aa\",\"value\":\"2\"}\n{\"key\":\"ab\",\"value\":\"1\"}\n");
    assertThat(console.run("scan", store, "--json", "--keys", "--limit", 1).out())
        .isEqualTo("{\"key\":\"\\u0000\"}\n");
    assertThat(console.run("scan", store, "--json", "--prefix", "c").out()).isEmpty();
  }

  @Test
  void longValuesAreCutOnATerminalOnly() {
    String value = "é".repeat(200);
    shelf.contents(store).clear();
    shelf.contents(store).put("k".getBytes(UTF_8), value.getBytes(UTF_8));
    assertThat(console.run("scan", store).out()).isEqualTo("k\t" + value + "\n");
    console.onTerminal();
    assertThat(console.run("scan", store).out())
        .isEqualTo("k\t" + "é".repeat(50) + "... (400 B)\n");
    assertThat(console.run("scan", store, "--full").out()).isEqualTo("k\t" + value + "\n");
  }
}
