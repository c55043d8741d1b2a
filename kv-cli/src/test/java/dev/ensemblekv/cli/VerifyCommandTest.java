// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvTask;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);
  private Path store = Path.of("");

  @BeforeEach
  void createStore(@TempDir Path directory) {
    store = console.shelf(directory.resolve("books"), "a", "1", "b", "2");
  }

  @Test
  void saysWhatWasChecked() {
    assertThat(console.run("verify", store).isSilent(Exit.DONE).out())
        .isEqualTo(store + ": checked 2 books, found nothing wrong\n");
    JsonNode json = console.run("verify", store, "--json").isSilent(Exit.DONE).json();
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("checked").asLong()).isEqualTo(2);
    assertThat(json.get("problems")).isEmpty();
  }

  @Test
  void namesWhatIsBadAndWhere() {
    shelf.problems =
        List.of(
            new KvTask.Problem("a page is torn", Path.of("/shelf/7")),
            new KvTask.Problem("a book is upside down", null));
    Console.Result result = console.run("verify", store).isSilent(Exit.FAILED);
    assertThat(result.out().lines())
        .containsExactly(
            "a page is torn [/shelf/7]",
            "a book is upside down",
            store + ": checked 2 books, found 2 problems");
    JsonNode json = console.run("verify", store, "--json").isSilent(Exit.FAILED).json();
    assertThat(json.get("ok").asBoolean()).isFalse();
    assertThat(json.at("/problems/0/path").asText()).isEqualTo("/shelf/7");
    assertThat(json.at("/problems/1/message").asText()).isEqualTo("a book is upside down");
  }

  @Test
  void aFailureOfReadingIsAFinding() {
    shelf.damage = new CorruptionException("the checksum is wrong", Path.of("/shelf/7"), 12, null);
    Console.Result result = console.run("verify", store).isSilent(Exit.FAILED);
    assertThat(result.out()).contains("the checksum is wrong (at byte 12)").contains("[/shelf/7]");
    assertThat(result.out().lines()).hasSize(2);
  }

  @Test
  void damageFoundWhileOpeningIsAFinding() {
    shelf.damagedAtOpen = true;
    Console.Result result = console.run("verify", store).isSilent(Exit.FAILED);
    assertThat(result.out())
        .contains("a bit fell over", store.resolve("shelf").toString())
        .endsWith("checked 0 keys, found 1 problem\n");
    JsonNode json = console.run("verify", store, "--json").isSilent(Exit.FAILED).json();
    assertThat(json.at("/problems/0/path").asText()).isEqualTo(store.resolve("shelf").toString());
  }

  @Test
  void aStoreThatIsNotThereIsAnError(@TempDir Path directory) {
    console.run("verify", directory.resolve("none")).isError(Exit.FAILED, "there is no store in");
  }
}
