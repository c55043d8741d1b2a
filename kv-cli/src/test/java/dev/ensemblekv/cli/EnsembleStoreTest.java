// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an import to a copy, over the store that is made where nothing is said. */
class EnsembleStoreTest {
  private static final long SEED = 20_260_205;
  private static final int FILES = 1500;

  private final Console console = new Console();
  private final Random random = new Random(SEED);
  @TempDir private Path directory = Path.of("");
  private Path tree = Path.of("");
  private Path store = Path.of("");

  @BeforeEach
  void createTree() throws IOException {
    tree = directory.resolve("tree");
    store = directory.resolve("store");
    for (int i = 0; i < FILES; i++) {
      Path file = tree.resolve("d" + i % 7).resolve("f" + i);
      Files.createDirectories(tree.resolve("d" + i % 7));
      byte[] content = new byte[random.nextInt(300)];
      random.nextBytes(content);
      Files.write(file, content);
    }
  }

  @Test
  void aTreeIsImportedReadBackExportedAndCopied() throws IOException {
    Console.Result imported =
        console.run(
            "import",
            store,
            tree,
            "--store",
            "ensemble:json",
            "--set",
            "ensemble.maxKeys=100",
            "--json");
    assertThat(imported.isSilent(Exit.DONE).json().get("pairs").asInt()).isEqualTo(FILES);
    assertThat(imported.json().get("spec").asText()).isEqualTo("ensemble:json");

    JsonNode stats = console.run("stats", store, "--json").isSilent(Exit.DONE).json();
    assertThat(stats.get("keys").asInt()).isEqualTo(FILES);
    assertThat(stats.at("/options/ensemble.maxKeys").asText()).isEqualTo("100");
    assertThat(stats.get("substores").size()).isGreaterThan(3);
    int keys = 0;
    for (JsonNode substore : stats.get("substores")) {
      keys += substore.get("keys").asInt();
    }
    // More until what was handed over in a split has been cleaned away.
    assertThat(keys).isGreaterThanOrEqualTo(FILES);
    assertThat(console.run("count", store).out()).isEqualTo(FILES + "\n");

    for (int i = 0; i < FILES; i += 100) {
      String key = "d" + i % 7 + "/f" + i;
      assertThat(console.run("get", store, key).isSilent(Exit.DONE).outBytes())
          .as("seed %d, %s", SEED, key)
          .isEqualTo(Files.readAllBytes(tree.resolve(key)));
    }
    assertThat(console.run("verify", store).isSilent(Exit.DONE).out()).contains("nothing wrong");

    console.run("import", store, tree).isSilent(Exit.DONE);
    JsonNode again = console.run("stats", store, "--json").json();
    assertThat(again.at("/options/ensemble.maxKeys").asText()).isEqualTo("100");
    assertThat(again.get("keys").asInt()).isEqualTo(FILES);

    Path lines = directory.resolve("x.jsonl");
    Path copy = directory.resolve("copy");
    console.run("export", store, lines).isSilent(Exit.DONE);
    console.run("copy", store, copy, "--store", "json").isSilent(Exit.DONE);
    console.run("export", copy, directory.resolve("y.jsonl")).isSilent(Exit.DONE);
    assertThat(directory.resolve("y.jsonl")).hasSameBinaryContentAs(lines);
    Path loaded = directory.resolve("loaded");
    console.run("import", loaded, lines, "--store", "ensemble:json").isSilent(Exit.DONE);
    console.run("export", loaded, directory.resolve("z.jsonl")).isSilent(Exit.DONE);
    assertThat(directory.resolve("z.jsonl")).hasSameBinaryContentAs(lines);
  }

  @Test
  void aNewStoreIsAnEnsembleOfExtents() throws IOException {
    Console.Result imported = console.run("import", store, tree, "--json");
    assertThat(imported.isSilent(Exit.DONE).json().get("spec").asText())
        .isEqualTo("ensemble:extent");
    assertThat(console.run("count", store).out()).isEqualTo(FILES + "\n");
    console.run("verify", store).isSilent(Exit.DONE);
    Path copy = directory.resolve("copy");
    console.run("copy", store, copy, "--store", "json").isSilent(Exit.DONE);
  }

  @Test
  void aDamagedSubstoreIsNamed() throws IOException {
    console.run("import", store, tree, "--store", "ensemble:json").isSilent(Exit.DONE);
    Path data;
    try (var files = Files.walk(store)) {
      data = files.filter(file -> file.endsWith("data.json")).findFirst().orElseThrow();
    }
    String text = Files.readString(data);
    Files.writeString(data, text.replaceFirst("\"key\": \"d", "\"key\": \"e"));
    Console.Result result = console.run("verify", store);
    assertThat(result.out()).contains(data.toString());
    assertThat(result.exitCode()).isEqualTo(Exit.FAILED);
    assertThat(data).exists();
  }
}
