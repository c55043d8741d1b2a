// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsCommandTest {
  private final Console console = new Console(new ShelfBackend());
  private Path store = Path.of("");

  @BeforeEach
  void createStore(@TempDir Path directory) {
    store = console.shelf(directory.resolve("books"), "a", "1", "b", "2");
    console.run("put", store, "c", "3", "--set", "shelf.maxKeys=9").isSilent(Exit.DONE);
  }

  @Test
  void asJsonEverythingIsThereWithItsUnitAndPrecision() {
    JsonNode stats = console.run("stats", store, "--json").isSilent(Exit.DONE).json();
    assertThat(stats.get("spec").asText()).isEqualTo("shelf");
    assertThat(stats.get("name").asText()).isEqualTo("books");
    assertThat(stats.get("state").asText()).isEqualTo("OPEN");
    assertThat(stats.get("keys").isIntegralNumber()).isTrue();
    assertThat(stats.get("keys").asLong()).isEqualTo(3);
    assertThat(stats.at("/options/shelf.maxKeys").asText()).isEqualTo("9");
    assertThat(stats.at("/facts/colour").asText()).isEqualTo("oak");
    assertThat(stats.get("features")).extracting(JsonNode::asText).contains("ORDERED");
    JsonNode bytes = stats.at("/metrics/liveBytes");
    assertThat(bytes.get("value").asLong()).isEqualTo(1536);
    assertThat(bytes.get("unit").asText()).isEqualTo("bytes");
    assertThat(bytes.get("kind").asText()).isEqualTo("gauge");
    assertThat(bytes.get("precision").asText()).isEqualTo("upper_bound");
    assertThat(bytes.get("text").asText()).isEqualTo("Bytes of books.");
    assertThat(stats.get("substores")).hasSize(1);
    assertThat(stats.at("/substores/0/name").asText()).isEqualTo("0001");
    assertThat(stats.at("/substores/0/spec").asText()).isEqualTo("board");
    assertThat(stats.at("/substores/0/keys").asLong()).isEqualTo(7);
  }

  @Test
  void forPeopleFiguresHaveUnitsAndSayIfTheyAreNotExact() {
    String out = console.run("stats", store).isSilent(Exit.DONE).out();
    assertThat(out)
        .containsPattern("(?m)^spec +shelf$")
        .containsPattern("(?m)^keys +3$")
        .containsPattern("(?m)^shelf.maxKeys +9$")
        .containsPattern("(?m)^liveBytes +at most 1\\.5 KiB$")
        .containsPattern("(?m)^substore 0001 \\(OPEN\\)$")
        .containsPattern("(?m)^ +keys +7$")
        .doesNotContain("Bytes of books.");
    assertThat(console.run("stats", store, "--verbose").out()).contains("Bytes of books.");
  }
}
