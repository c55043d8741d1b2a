// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.KvFeature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
  private static final long SEED = 20_260_202;

  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);
  @TempDir private Path directory = Path.of("");
  private Path store = Path.of("");

  @BeforeEach
  void nameStore() {
    store = directory.resolve("store");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private Map<String, String> contents() {
    Map<String, String> contents = new TreeMap<>();
    NavigableMap<byte[], byte[]> pairs = shelf.contents(store);
    pairs.forEach((key, value) -> contents.put(new String(key, UTF_8), new String(value, UTF_8)));
    return contents;
  }

  @Test
  void aJsonLinesFileIsKnownByItsName() throws IOException {
    Path file =
        file(
            "x.jsonl",
            "{\"key\":\"a\",\"value\":\"1\"}\n\n{\"keyBase64\":\"Yg==\",\"value\":\"\"}");
    Console.Result result = console.run("import", store, file, "--store", "shelf");
    assertThat(result.isSilent(Exit.DONE).out())
        .startsWith("imported 2 pairs, 3 B, in ")
        .contains(" pairs/s, ")
        .endsWith(" into " + store + " (shelf)\n");
    assertThat(contents()).containsOnly(Map.entry("a", "1"), Map.entry("b", ""));
  }

  @Test
  void aTabSeparatedFileHasTheKeyBeforeTheFirstTab() throws IOException {
    Path file = file("x.tsv", "a\t1\t2\r\n\nhex:00\t\n\tno key\nno tab\n");
    Console.Result result =
        console.run("import", store, file, "--store", "shelf", "--format", "tsv");
    assertThat(contents()).hasSize(2).containsEntry("a", "1\t2").containsEntry("hex:00", "");
    assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
    assertThat(result.err().lines())
        .containsExactlyInAnyOrder(
            "kv: skipped " + file + ":5: there is no tab",
            "kv: skipped " + file + ":4: the key is empty; a key has at least 1 byte");
  }

  @Test
  void aFileOfLinesIsASetOfKeys() throws IOException {
    Path file = file("words", "one\ntwo\r\n\none\nthree");
    console.run("import", store, file, "--store", "shelf", "--format", "lines").isSilent(Exit.DONE);
    assertThat(contents().keySet()).containsExactly("one", "three", "two");
    assertThat(contents().values()).containsOnly("");
  }

  @Test
  void theStandardInputIsJsonLinesUnlessSaidOtherwise() {
    String[] command = {"import", store.toString(), "-", "--store", "shelf"};
    console.runWith("{\"key\":\"a\",\"value\":\"1\"}", (Object[]) command).isSilent(Exit.DONE);
    Console.Result result = console.runWith("b", "import", store, "-", "--format", "lines");
    result.isSilent(Exit.DONE);
    assertThat(contents().keySet()).containsExactly("a", "b");
    Console.Result bad = console.runWith("b", "import", store, "-");
    assertThat(bad.err()).startsWith("kv: skipped line 1: not a JSON object");
    assertThat(bad.exitCode()).isEqualTo(Exit.INCOMPLETE);
    console.run("import", store, "-", "--format", "files").isError(Exit.USAGE, "--format");
  }

  @Test
  void whatComesLastWinsWhateverTheNumberOfThreads() throws IOException {
    Random random = new Random(SEED);
    StringBuilder lines = new StringBuilder();
    Map<String, String> expected = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      String key = "k" + random.nextInt(300);
      expected.put(key, "v" + i);
      lines.append(key).append('\t').append("v").append(i).append('\n');
    }
    Path file = file("x", lines.toString());
    console
        .run("import", store, file, "--format", "tsv", "--store", "shelf", "--threads", 8)
        .isSilent(Exit.DONE);
    assertThat(contents()).as("seed %d", SEED).isEqualTo(expected);
  }

  @Test
  void ofSeveralPathsTheLastWins() throws IOException {
    Path one = Files.createDirectories(directory.resolve("one"));
    Path two = Files.createDirectories(directory.resolve("two"));
    file("one/name", "1");
    file("two/name", "2");
    console.run("import", store, one, two, "--store", "shelf").isSilent(Exit.DONE);
    assertThat(contents()).containsOnly(Map.entry("name", "2"));
    console.run("import", store, two, one, file("name", "3")).isSilent(Exit.DONE);
    assertThat(contents()).containsOnly(Map.entry("name", "3"));
  }

  @Test
  void ofWhatIsSkippedTheFirstIsNamedAndAllIsCounted() throws IOException {
    Path file = file("x.jsonl", "nonsense\n".repeat(30) + "{\"key\":\"a\",\"value\":\"1\"}\n");
    Console.Result result = console.run("import", store, file, "--store", "shelf");
    assertThat(result.err().lines()).hasSize(21);
    assertThat(result.err()).contains(":20: ").endsWith("kv: skipped 10 more\n");
    assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
    assertThat(contents()).hasSize(1);
    JsonNode json = console.run("import", store, file, "--json").json();
    assertThat(json.get("skipped").asInt()).isEqualTo(30);
    assertThat(json.get("firstSkipped")).hasSize(20);
    assertThat(json.at("/firstSkipped/0/name").asText()).isEqualTo(file + ":1");
    assertThat(json.get("pairs").asInt()).isEqualTo(1);
    assertThat(json.get("bytes").asInt()).isEqualTo(2);
    assertThat(json.get("spec").asText()).isEqualTo("shelf");
  }

  @Test
  void whatIsTooLongIsSkipped() throws IOException {
    Path file =
        file("x.tsv", "k".repeat(512) + "\tv\nlong\t" + "v".repeat((1 << 20) + 1) + "\nok\tv\n");
    Console.Result result =
        console.run("import", store, file, "--store", "shelf", "--format", "tsv");
    assertThat(result.exitCode()).isEqualTo(Exit.INCOMPLETE);
    assertThat(result.err().lines())
        .containsExactlyInAnyOrder(
            "kv: skipped " + file + ":1: the key has 512 bytes; this store takes at most 511",
            "kv: skipped "
                + file
                + ":2: the value has 1048577 bytes; this store takes at most 1048576");
    assertThat(contents().keySet()).containsExactly("ok");
  }

  @Test
  void aLineLongerThanAnyPairIsSkippedWithoutBeingKept() throws IOException {
    Path file = file("x.jsonl", "x".repeat(7 << 20) + "\n{\"key\":\"a\",\"value\":\"1\"}\n");
    Console.Result result = console.run("import", store, file, "--store", "shelf");
    assertThat(result.err()).contains(":1: the line has more than").hasLineCount(1);
    assertThat(contents().keySet()).containsExactly("a");
  }

  @Test
  void aSecondImportKeepsTheStoreAsItWasMade() throws IOException {
    Path file = file("x.jsonl", "{\"key\":\"a\",\"value\":\"1\"}");
    console
        .run("import", store, file, "--store", "shelf", "--set", "shelf.maxKeys=7")
        .isSilent(Exit.DONE);
    console.run("import", store, file).isSilent(Exit.DONE);
    console.run("import", store, file, "--store", "shelf").isSilent(Exit.DONE);
    JsonNode stats = console.run("stats", store, "--json").json();
    assertThat(stats.at("/options/shelf.maxKeys").asText()).isEqualTo("7");
    assertThat(stats.get("keys").asInt()).isEqualTo(1);
  }

  @Test
  void aFullStoreStopsTheImportAndKeepsWhatItHad() throws IOException {
    console.shelf(store, "old", "1");
    Path file = file("words", "a\nb\nc\nd\ne\n");
    console
        .run("import", store, file, "--format", "lines", "--set", "shelf.maxKeys=3")
        .isError(Exit.FAILED, "the import stopped", "kept", "no room for more than 3");
    assertThat(contents()).hasSize(3).containsEntry("old", "1");
  }

  @Test
  void aFullStoreStopsTheImportAtOnce() {
    InputStream endless =
        new InputStream() {
          private long next;

          @Override
          public int read() {
            return next++ % 8 == 7 ? '\n' : 'a' + (int) (next >> 3) % 26;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            for (int i = 0; i < length; i++) {
              bytes[offset + i] = (byte) read();
            }
            return length;
          }
        };
    Object[] command = {"import", store, "-", "--format", "lines", "--store", "shelf"};
    Object[] full = Arrays.copyOf(command, command.length + 2);
    full[command.length] = "--set";
    full[command.length + 1] = "shelf.maxKeys=3";
    assertTimeoutPreemptively(
        Duration.ofMinutes(10),
        () -> console.runWith(endless, full).isError(Exit.FAILED, "the import stopped"));
  }

  @Test
  void aStoreThatKeepsNothingIsRefused() throws IOException {
    shelf.features.remove(KvFeature.PERSISTENT);
    Path file = file("words", "a\n");
    console
        .run("import", store, file, "--format", "lines", "--store", "shelf")
        .isError(Exit.USAGE, "PERSISTENT");
    assertThat(store).doesNotExist();
  }

  @Test
  void badArgumentsAreFoundBeforeAnythingIsCreated() throws IOException {
    Path file = file("x.jsonl", "");
    console.run("import", store).isError(Exit.USAGE, "PATH");
    console.run("import", store, directory.resolve("none")).isError(Exit.USAGE, "there is no");
    console
        .run("import", store, directory, "--format", "tsv")
        .isError(Exit.USAGE, "is a directory");
    console.run("import", store, file, "--format", "csv").isError(Exit.USAGE, "csv", "tsv");
    console.run("import", store, file, "--threads", 0).isError(Exit.USAGE, "--threads is 0");
    console.run("import", store, file, "--store", "shelf:").isError(Exit.USAGE, "not a spec");
    console
        .run("import", store, file, "--store", "shlef")
        .isError(Exit.USAGE, "there is no backend 'shlef'", "present:", "shelf");
    console
        .run("import", store, file, "--store", "shelf", "--set", "shelf.maxKey=1")
        .isError(Exit.USAGE, "did you mean 'shelf.maxKeys'?");
    console
        .run("import", store, file, "--store", "shelf", "--set", "shelf.maxKeys=0")
        .isError(Exit.USAGE, "it must be in 1..1000000");
    assertThat(store).doesNotExist();
  }
}
