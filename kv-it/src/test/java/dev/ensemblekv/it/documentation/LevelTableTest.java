// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.KvBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The levels in the README are those that the suite found in this build. */
class LevelTableTest {
  /** Set to write the table into the README rather than to compare it. */
  private static final String WRITE = "dev.ensemblekv.it.writeLevels";

  private static final Set<String> BACKENDS =
      ServiceLoader.load(KvBackend.class).stream()
          .map(provider -> provider.get().name())
          .collect(Collectors.toSet());

  @TempDir Path temp;

  @Test
  void theReadmeHasTheLevelsThatTheReportsOfThisBuildTell() throws Exception {
    LevelTable table = LevelTable.read(Document.root(), BACKENDS);
    Assumptions.assumeTrue(
        table.rows().keySet().equals(specs()),
        () ->
            "there are reports of "
                + table.rows().keySet()
                + " only; ./mvnw verify makes those of "
                + specs());
    if (Boolean.getBoolean(WRITE)) {
      write(table);
    }

    assertThat(table.linesOf(Document.of("README.md")))
        .as("the levels in README.md; -D%s=true writes them", WRITE)
        .isEqualTo(table.lines());
  }

  /** Returns the leaves, and the ensembles over them. */
  private static Set<String> specs() {
    Set<String> specs = new TreeSet<>();
    for (String name : BACKENDS) {
      if (!name.equals("ensemble")) {
        specs.addAll(List.of(name, "ensemble:" + name));
      }
    }
    return specs;
  }

  private static void write(LevelTable table) throws Exception {
    Document readme = Document.of("README.md");
    int first = readme.lines().indexOf(LevelTable.head()) + 1;
    int end = first + table.linesOf(readme).size();
    List<String> lines = new ArrayList<>(readme.lines().subList(0, first));
    lines.addAll(table.lines());
    lines.addAll(readme.lines().subList(end, readme.lines().size()));
    Files.write(Document.root().resolve(readme.path()), lines);
  }

  // How the table is made

  @BeforeEach
  void reportOfSomeModule() throws Exception {
    report(
        """
        [{"spec": "my", "options": {}, "levels": [
            {"level": "core", "state": "reached"}, {"level": "ordered", "state": "not shown"},
            {"level": "atomic", "state": "failed"}, {"level": "crash-safe", "state": "reached"},
            {"level": "power-safe", "state": "not declared"},
            {"level": "ensemble-ready", "state": "not declared"}]},
         {"spec": "my", "options": {"my.a": "b"}, "levels": []},
         {"spec": "foreign", "options": {}, "levels": []}]
        """);
  }

  private void report(String json) throws Exception {
    Path target = Files.createDirectories(temp.resolve("kv-my/target"));
    Files.writeString(target.resolve("tck-report.json"), json);
  }

  private List<String> linesOf(String... lines) throws Exception {
    return LevelTable.read(temp, Set.of("my"))
        .linesOf(new Document(Path.of("a.md"), List.of(lines)));
  }

  @Test
  void aRowIsMadeOfTheRunWithoutOptions() throws Exception {
    assertThat(LevelTable.head())
        .isEqualTo("| spec | core | ordered | atomic | crash-safe | power-safe | ensemble-ready |");
    assertThat(LevelTable.read(temp, Set.of("my")).lines())
        .containsExactly("|---|---|---|---|---|---|---|", "| `my` | yes | ? | failed | yes | | |");
  }

  @Test
  void whatWasNotShownIsNotCompared() throws Exception {
    assertThat(
            linesOf(
                "Text",
                LevelTable.head(),
                "|---|---|---|---|---|---|---|",
                "| `my` | yes | yes | failed | yes | | |",
                "",
                "| another table |"))
        .isEqualTo(LevelTable.read(temp, Set.of("my")).lines());
  }

  @Test
  void anythingElseIsADifference() throws Exception {
    String head = LevelTable.head();
    String line = "|---|---|---|---|---|---|---|";
    List<String> generated = LevelTable.read(temp, Set.of("my")).lines();

    assertThat(linesOf(head, line, "| `my` | yes | yes | yes | yes | | |")).isNotEqualTo(generated);
    assertThat(linesOf(head, line)).isNotEqualTo(generated);
    assertThat(linesOf(head, line, generated.get(1), "| `more` | | | | | | |"))
        .isNotEqualTo(generated);
    assertThat(linesOf("no table")).isNotEqualTo(generated);
  }
}
