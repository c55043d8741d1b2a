// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyCommandTest {
  private static final long SEED = 20_260_204;

  private final ShelfBackend shelf = new ShelfBackend();
  private final ShelfBackend other = new ShelfBackend("other");
  private final Console console = new Console(shelf, other);
  @TempDir private Path directory = Path.of("");
  private Path from = Path.of("");
  private Path to = Path.of("");

  @BeforeEach
  void createStore() {
    from = console.shelf(directory.resolve("from"), "a", "1", "b", "22", "c", "");
    to = directory.resolve("to");
  }

  @Test
  void theCopyHasEveryPair() {
    Random random = new Random(SEED);
    for (int i = 0; i < 3000; i++) {
      byte[] key = new byte[1 + random.nextInt(20)];
      random.nextBytes(key);
      shelf.contents(from).put(key, key);
    }
    Console.Result result = console.run("copy", from, to, "--store", "other");
    assertThat(result.isSilent(Exit.DONE).out())
        .startsWith("copied and compared " + Figures.count(shelf.contents(from).size()) + " pairs");
    assertThat(other.contents(to)).as("seed %d", SEED).hasSameSizeAs(shelf.contents(from));
    shelf
        .contents(from)
        .forEach(
            (key, value) ->
                assertThat(other.contents(to).get(key)).as("seed %d", SEED).isEqualTo(value));
  }

  @Test
  void withoutASpecTheCopyIsOfTheSameKind() {
    JsonNode json =
        console
            .run("copy", from, to, "--set", "shelf.maxKeys=5", "--json")
            .isSilent(Exit.DONE)
            .json();
    assertThat(json.get("pairs").asInt()).isEqualTo(3);
    assertThat(json.get("verified").asBoolean()).isTrue();
    JsonNode stats = console.run("stats", to, "--json").json();
    assertThat(stats.get("spec").asText()).isEqualTo("shelf");
    assertThat(stats.at("/options/shelf.maxKeys").asText()).isEqualTo("5");
  }

  @Test
  void aStoreThatHoldsKeysIsNotCopiedInto() {
    console.shelf(to, "z", "9");
    console.run("copy", from, to).isError(Exit.FAILED, "holds keys already");
    assertThat(shelf.contents(to)).hasSize(1);
    console.run("delete", to, "z").isSilent(Exit.DONE);
    console.run("copy", from, to).isSilent(Exit.DONE);
  }

  @Test
  void aStoreIsNotCopiedOntoItself() {
    console.run("copy", from, from).isError(Exit.FAILED, "open already");
    assertThat(shelf.contents(from)).hasSize(3);
  }

  @Test
  void aValueThatChangedOnTheWayIsFound() {
    other.lossyLength = 2;
    Console.Result result = console.run("copy", from, to, "--store", "other");
    assertThat(result.err().lines())
        .containsExactly(
            "kv: b has another value", "kv: the copy differs: 1 key, where 0 were skipped");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(Exit.FAILED);
  }

  @Test
  void whatIsMissingOrTooMuchIsFound() {
    console.run("copy", from, to, "--store", "other").isSilent(Exit.DONE);
    other.contents(to).remove("a".getBytes(UTF_8));
    other.contents(to).put("y".getBytes(UTF_8), new byte[0]);
    try (var left = open("shelf", from);
        var right = open("other", to);
        Progress progress = Progress.none()) {
      Comparison comparison = Comparison.of(left, right, progress);
      assertThat(comparison.firstDifferences()).containsExactly("a is missing", "y is too much");
      assertThat(comparison.differences()).isEqualTo(2);
      assertThat(comparison.equalPairs()).isEqualTo(2);
      assertThat(comparison.isEqualBut(2)).isFalse();
    }
  }

  private KvStore open(String spec, Path path) {
    return KvEnvironment.builder()
        .backend(shelf)
        .backend(other)
        .build()
        .open(spec, path, KvOptions.defaults());
  }

  @Test
  void whatDoesNotFitIsSkippedAndNamed() {
    shelf.contents(from).put("big".getBytes(UTF_8), new byte[(1 << 20) + 1]);
    Console.Result result = console.run("copy", from, to, "--store", "other");
    assertThat(result.err()).startsWith("kv: skipped big: the value has 1048577 bytes");
    assertThat(result.out()).startsWith("copied and compared 3 pairs");
    assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
    assertThat(other.contents(to)).hasSize(3);
  }

  @Test
  void aFullStoreStopsTheCopy() {
    console
        .run("copy", from, to, "--set", "shelf.maxKeys=2")
        .isError(Exit.FAILED, "the copy stopped", "no room");
    assertThat(shelf.contents(from)).hasSize(3);
  }

  @Test
  void badArgumentsAreErrors() {
    console.run("copy", from).isError(Exit.USAGE, "TO");
    console.run("copy", from, to, "--threads", 0).isError(Exit.USAGE, "--threads");
    console.run("copy", from, to, "--store", "none").isError(Exit.USAGE, "no backend 'none'");
    console.run("copy", directory.resolve("none"), to).isError(Exit.FAILED, "there is no store in");
    assertThat(to).doesNotExist();
  }
}
