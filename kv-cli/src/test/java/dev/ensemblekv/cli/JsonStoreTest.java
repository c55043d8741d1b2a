// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a store of the backend {@code json} that is not as it was left. */
class JsonStoreTest {
  private final Console console = new Console();
  @TempDir private Path directory = Path.of("");
  private Path store = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void createStore() throws IOException {
    store = directory.resolve("store");
    data = store.resolve("data.json");
    Path words = Files.writeString(directory.resolve("words"), "one\ntwo\nthree\n");
    console.run("import", store, words, "--format", "lines", "--store", "json").isSilent(Exit.DONE);
    assertThat(data).isRegularFile();
  }

  /** Returns the bytes of every file below the store, but for those that come and go with locks. */
  private Map<Path, String> files() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(store)) {
      paths
          .filter(Files::isRegularFile)
          .filter(path -> !path.endsWith("STORE.lock"))
          .forEach(path -> files.put(path, read(path)));
    }
    return files;
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readingCommandsChangeNothing() throws IOException {
    Map<Path, String> before = files();
    for (String command : new String[] {"scan", "count", "stats", "verify", "export"}) {
      assertThat(console.run(command, store).isSilent(Exit.DONE).out()).isNotEmpty();
    }
    console.run("get", store, "one").isSilent(Exit.DONE);
    console.run("exists", store, "one").isSilent(Exit.DONE);
    console.run("copy", store, directory.resolve("copy")).isSilent(Exit.DONE);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aTruncatedFileIsReportedByEveryCommandAndLeftAsItIs() throws IOException {
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(bytes, bytes.length / 2));
    expectDamage();
  }

  @Test
  void aFlippedBitIsReportedByEveryCommandAndTheFileLeftAsItIs() throws IOException {
    byte[] bytes = Files.readAllBytes(data);
    int place = Files.readString(data).indexOf("three");
    bytes[place] ^= 1;
    Files.write(data, bytes);
    expectDamage();
  }

  private void expectDamage() throws IOException {
    Map<Path, String> before = files();
    Object[][] commands = {
      {"get", store, "one"},
      {"exists", store, "one"},
      {"put", store, "one", "1"},
      {"delete", store, "one"},
      {"scan", store},
      {"count", store},
      {"stats", store},
      {"export", store},
      {"import", store, directory.resolve("words"), "--format", "lines"},
      {"copy", store, directory.resolve("copy")},
    };
    for (Object[] command : commands) {
      console.run(command).isError(Exit.FAILED, data.toString());
    }
    assertThat(console.run("verify", store).isSilent(Exit.FAILED).out())
        .contains(data.toString())
        .endsWith("found 1 problem\n");
    JsonNode json = console.run("verify", store, "--json").isSilent(Exit.FAILED).json();
    assertThat(json.at("/problems/0/path").asText()).isEqualTo(data.toString());
    assertThat(files()).isEqualTo(before);
    assertThat(directory.resolve("copy")).doesNotExist();
  }

  @Test
  void anEditByHandCanBeAccepted() throws IOException {
    Files.writeString(data, Files.readString(data).replace("three", "drei"));
    console.run("get", store, "drei").isError(Exit.FAILED, "json.acceptEdit=true");
    console.run("get", store, "drei", "--set", "json.acceptEdit=true").isSilent(Exit.DONE);
  }

  @Test
  void aStoreIsNotOpenedAsSomethingElse() throws IOException {
    Map<Path, String> before = files();
    console
        .run("import", store, directory.resolve("words"), "--store", "ensemble:json")
        .isError(Exit.FAILED, "the store here is 'json', not 'ensemble:json'");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aForeignDirectoryIsNotTouched() throws IOException {
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Files.writeString(foreign.resolve("letter"), "dear");
    console
        .run("import", foreign, directory.resolve("words"))
        .isError(Exit.FAILED, "holds files but no store of ours (letter)");
    console.run("get", foreign, "one").isError(Exit.FAILED, "no store of ours (letter)");
    Path file = foreign.resolve("letter");
    console.run("get", file, "one").isError(Exit.FAILED, "this is a file");
    assertThat(foreign.toFile().list()).containsExactly("letter");
    assertThat(file).hasContent("dear");
  }

  @Test
  void binaryKeysAndValuesGoThroughExportAndImport() {
    byte[] value = {(byte) 0xC3, 0, '\n'};
    console.runWith(value, "put", store, "hex:ff00").isSilent(Exit.DONE);
    byte[] lines = console.run("export", store).isSilent(Exit.DONE).outBytes();
    Path other = directory.resolve("other");
    console.runWith(lines, "import", other, "-", "--store", "json").isSilent(Exit.DONE);
    assertThat(console.run("get", other, "hex:ff00").isSilent(Exit.DONE).outBytes())
        .isEqualTo(value);
    assertThat(console.run("export", other).isSilent(Exit.DONE).outBytes()).isEqualTo(lines);
    assertThat(new String(lines, UTF_8).lines()).hasSize(4);
  }
}
