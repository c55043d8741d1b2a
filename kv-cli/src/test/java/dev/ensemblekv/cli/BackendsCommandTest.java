// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.junit.jupiter.api.Test;

class BackendsCommandTest {
  private final Console console = new Console(new ShelfBackend());

  @Test
  void listsNamesDescriptionsAndFeatures() {
    String out = console.run("backends").isSilent(Exit.DONE).out();
    assertThat(out.lines())
        .containsSubsequence(
            "shelf", "    A shelf.", "    ORDERED PERSISTENT EXCLUSIVE CONSTANT_TIME_SIZE");
    assertThat(out).doesNotContain("--set");
  }

  @Test
  void verboseListsEveryOptionOnce() {
    String out = console.run("backends", "--verbose").isSilent(Exit.DONE).out();
    assertThat(out)
        .contains("    --set shelf.maxKeys=<number>  default 1000, 1..1000000, sticky\n")
        .contains("        More than this do not fit.\n")
        .contains("keys to 511 B, values to 1.0 MiB")
        .containsOnlyOnce("--set readOnly=<true|false>  default false, session");
  }

  @Test
  void asJsonTheOptionsAreAlwaysThere() {
    JsonNode json = console.run("backends", "--json").isSilent(Exit.DONE).json();
    JsonNode shelf = MissingNode.getInstance();
    for (JsonNode backend : json.get("backends")) {
      shelf = backend.get("name").asText().equals("shelf") ? backend : shelf;
    }
    assertThat(shelf.at("/options/0/name").asText()).isEqualTo("shelf.maxKeys");
    assertThat(shelf.at("/options/0/kind").asText()).isEqualTo("sticky");
    assertThat(shelf.at("/options/0/range").asText()).isEqualTo("1..1000000");
    assertThat(shelf.at("/limits/maxKeyBytes").asInt()).isEqualTo(511);
    assertThat(json.get("options")).isNotEmpty();
  }
}
