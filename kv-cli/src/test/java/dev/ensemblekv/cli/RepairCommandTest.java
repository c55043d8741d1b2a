// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.api.KvTask;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairCommandTest {
  @TempDir private Path directory;
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);

  @Test
  void saysWhatWasSavedAndNamesWhatIsLost() {
    Path store = console.shelf(directory.resolve("books"), "a", "1", "b", "2");
    assertThat(console.run("repair", store).isSilent(Exit.DONE).out())
        .isEqualTo(store + ": saved 2 records, found nothing wrong\n");
    shelf.problems =
        List.of(new KvTask.Problem("at byte 7: 9 bytes are lost", Path.of("/shelf/7")));
    Console.Result result = console.run("repair", store).isSilent(Exit.INCOMPLETE);
    assertThat(result.out().lines())
        .containsExactly(
            "at byte 7: 9 bytes are lost [/shelf/7]", store + ": saved 2 records, found 1 problem");
    JsonNode json = console.run("repair", store, "--json").isSilent(Exit.INCOMPLETE).json();
    assertThat(json.get("ok").asBoolean()).isFalse();
    assertThat(json.get("saved").asLong()).isEqualTo(2);
    assertThat(json.at("/problems/0/path").asText()).isEqualTo("/shelf/7");
  }

  @Test
  void whatCannotBeRepairedIsLeftAlone() {
    Path store = directory.resolve("store");
    console.run("put", store, "key", "value", "--store", "json").isSilent(Exit.DONE);
    console.run("repair", store).isError(Exit.USAGE, "'json' cannot be repaired");
    console.run("get", store, "key").isSilent(Exit.DONE);
    console.run("repair", directory.resolve("none")).isError(Exit.FAILED, "no store here");
    try (KvStore open = KvStores.open(store)) {
      assertThat(open.size()).isEqualTo(1);
    }
  }
}
