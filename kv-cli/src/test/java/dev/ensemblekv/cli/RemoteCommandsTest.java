// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ensemblekv.api.KvStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look into another process and steer its stores. */
class RemoteCommandsTest {
  @TempDir private static Path directory = Path.of("");

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static StoresProcess process;

  private final Console console = new Console();

  @BeforeAll
  static void start() throws IOException {
    process = new StoresProcess(directory);
  }

  @AfterAll
  static void stop() {
    process.close();
  }

  private Console.Result admin(Object... words) {
    Object[] args = new Object[words.length + 2];
    args[0] = "admin";
    args[1] = process.pid();
    System.arraycopy(words, 0, args, 2, words.length);
    return console.run(args);
  }

  @Test
  void withoutAnOperationTheStoresAndWhatCanBeDoneAreListed() {
    String all = admin().isSilent(Exit.DONE).out();
    assertThat(all)
        .containsSubsequence(
            "films  json  OPEN  " + directory.resolve("f"),
            "  flush ",
            "music  ensemble:extent  OPEN  " + directory.resolve("music"),
            "  split SUBSTORE ",
            "  set max-keys N ");
    String music = admin("music").isSilent(Exit.DONE).out();
    assertThat(music).doesNotContain("films");
    assertThat(music.lines().map(line -> line.strip().split("  ", 2)[0]))
        .contains(
            "checkpoint DIRECTORY",
            "compact",
            "flush",
            "reset-statistics",
            "verify",
            "abort",
            "pause",
            "resume",
            "split",
            "split SUBSTORE",
            "set max-bytes N",
            "set split-rate-bytes-per-second N",
            "tasks",
            "cancel ID");
    JsonNode json = admin("--json").isSilent(Exit.DONE).json();
    assertThat(json.findValuesAsText("store")).containsExactly("films", "music");
    assertThat(json.at("/1/settings").toString()).contains("\"max-keys\"");
  }

  @Test
  void longWorkIsWatchedUntilItEnds() {
    assertThat(admin("music", "verify").isSilent(Exit.DONE).out())
        .matches("verify \\(task \\d+\\): SUCCEEDED, 1,?000 keys, 0 problems\n");
    assertThat(new Console().onTerminal().run("admin", process.pid(), "music", "verify").err())
        .contains("verify", " 1000/1000 keys");
    JsonNode task = admin("music", "verify", "--json").isSilent(Exit.DONE).json();
    assertThat(task.get("done").asLong()).isEqualTo(1000);
    assertThat(admin("music", "tasks").isSilent(Exit.DONE).out())
        .contains("(task " + task.get("id") + "): SUCCEEDED");
    admin("music", "cancel", task.get("id").asText()).isSilent(Exit.DONE);
  }

  @Test
  void whatIsDoneAtOnceIsDone() {
    assertThat(admin("films", "flush").isSilent(Exit.DONE).out()).isEqualTo("flush: done\n");
    assertThat(admin("music", "pause").isSilent(Exit.DONE).out()).isEqualTo("pause: done\n");
    admin("music", "resume").isSilent(Exit.DONE);
    assertThat(admin("music", "abort").isSilent(Exit.DONE).out()).isEqualTo("abort: false\n");
    admin("music", "reset-statistics").isSilent(Exit.DONE);
  }

  @Test
  void whatIsSetHolds() {
    assertThat(admin("music", "set", "max-bytes", "64MiB").isSilent(Exit.DONE).out())
        .isEqualTo("set: done\n");
    admin("music", "set", "MaxKeys", "1_000_000").isSilent(Exit.DONE);
    try (ManagedJvm jvm = ManagedJvm.attach(process.pid())) {
      ManagedBean ensemble = jvm.store(jvm.stores(), "music").bean("Ensemble").orElseThrow();
      assertThat(ensemble.read("MaxBytes", "MaxKeys").values())
          .containsEntry("MaxBytes", 64L << 20)
          .containsEntry("MaxKeys", 1_000_000L);
    }
    admin("music", "set", "max-keys", "x").isError(Exit.USAGE, "maxKeys", "'x'");
    admin("music", "set", "max-keys", "3").isError(Exit.USAGE, "ensemble.maxKeys");
    admin("music", "set", "width", "3").isError(Exit.USAGE, "'width'", "max-keys");
  }

  @Test
  void whatMakesNoSenseIsSaid() {
    admin("flush").isError(Exit.USAGE, "several stores", "films, music");
    admin("music", "dance").isError(Exit.USAGE, "store 'music'", "'dance'", "verify");
    admin("music", "checkpoint").isError(Exit.USAGE, "checkpoint DIRECTORY");
    admin("music", "set", "max-keys").isError(Exit.USAGE, "set NAME VALUE");
    admin("music", "split", "none").isError(Exit.USAGE, "there is no substore 'none'");
    admin("music", "cancel", "0").isError(Exit.USAGE, "has no task 0");
    admin("films", "checkpoint", "x").isError(Exit.USAGE, "CHECKPOINT");
  }

  @Test
  void topPrintsOneViewOfTheStore() {
    String view = console.run("top", process.pid(), "music", "--once").isSilent(Exit.DONE).out();
    assertThat(view.lines().toList())
        .contains("music  ensemble:extent  OPEN  " + directory.resolve("music"))
        .anyMatch(line -> line.startsWith("keys at most 1,000   live at most "))
        .anyMatch(line -> line.startsWith("3 substores   0 splits done   0 waiting   growth "))
        .anyMatch(line -> line.matches("get +0 +0 +0( +-){5}"))
        .anyMatch(line -> line.matches("0002   \\[#*-*\\] +\\d+ % .* keys .*OPEN"));
    assertThat(console.run("top", process.pid(), "films").isSilent(Exit.DONE).out())
        .startsWith("films  json  OPEN")
        .doesNotContain("substores");
    console.run("top", process.pid()).isError(Exit.USAGE, "films, music");
    console.run("top", process.pid(), "books").isError(Exit.USAGE, "no store 'books'");
  }

  @Test
  void aStoreIsFoundByItsDirectory() throws IOException {
    Path music = directory.resolve("music");
    assertThat(console.run("top", music, "--once").isSilent(Exit.DONE).out())
        .startsWith("music  ensemble:extent  OPEN  " + music);
    assertThat(console.run("admin", directory.resolve("f"), "flush").isSilent(Exit.DONE).out())
        .isEqualTo("flush: done\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), music);
    assertThat(console.run("admin", link).isSilent(Exit.DONE).out())
        .startsWith("music  ")
        .doesNotContain("films");
    console.run("top", music, "films").isError(Exit.USAGE, "no store 'films', but music");
  }

  @Test
  void aDirectoryThatNoProcessHasOpenIsNamed() throws IOException {
    Path closed = directory.resolve("closed");
    KvStores.open("json", closed).close();
    console.run("top", closed).isError(Exit.FAILED, "no process has the store in " + closed);
    Files.writeString(closed.resolve("STORE.holder"), "process " + process.pid() + ", since then");
    console.run("top", closed).isError(Exit.FAILED, "does not have the store", "any more");
    console.run("admin", directory).isError(Exit.USAGE, "'" + directory + "' is neither");
  }

  @Test
  void aProcessThatIsNoJvmIsLeftAlone() {
    console.run("admin", Integer.MAX_VALUE).isError(Exit.FAILED, "is no JVM of this user");
    console.run("admin", "music").isError(Exit.USAGE, "PID");
  }
}
