// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointCommandsTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);
  private Path store = Path.of("");

  @BeforeEach
  void createStore(@TempDir Path directory) {
    store = console.shelf(directory.resolve("store"), "a", "1");
  }

  @Test
  void getWritesTheBytesOfTheValueAndNothingElse() {
    byte[] value = {0, (byte) 0xFF, '\n'};
    shelf.contents(store).put("b".getBytes(UTF_8), value);
    assertThat(console.run("get", store, "b").isSilent(Exit.DONE).outBytes()).isEqualTo(value);
    assertThat(console.run("get", store, "hex:61").isSilent(Exit.DONE).out()).isEqualTo("1");
  }

  @Test
  void getOfAnAbsentKeySaysSo() {
    console.run("get", store, "b\n").isError(Exit.INCOMPLETE, "there is no key hex:620a");
  }

  @Test
  void existsPrintsAndReturnsTheAnswer() {
    assertThat(console.run("exists", store, "a").isSilent(Exit.DONE).out()).isEqualTo("true\n");
    assertThat(console.run("exists", store, "b").isSilent(Exit.INCOMPLETE).out())
        .isEqualTo("false\n");
    assertThat(console.run("exists", store, "b", "--json").json().get("exists").asBoolean())
        .isFalse();
  }

  @Test
  void putTakesTheValueFromTheArgumentAsTextOrHex() {
    assertThat(console.run("put", store, "hex:00", "hex:ff").isSilent(Exit.DONE).out()).isEmpty();
    console.run("put", store, "a", "text:hex:").isSilent(Exit.DONE);
    assertThat(shelf.contents(store).get(new byte[] {0})).isEqualTo(new byte[] {(byte) 0xFF});
    assertThat(shelf.contents(store).get(new byte[] {'a'})).isEqualTo("hex:".getBytes(UTF_8));
  }

  @Test
  void putTakesTheValueFromTheStandardInputAsItStands() {
    byte[] value = {'h', 'e', 'x', ':', (byte) 0xFF, '\n'};
    console.runWith(value, "put", store, "b").isSilent(Exit.DONE);
    console.runWith(value, "put", store, "c", "-").isSilent(Exit.DONE);
    assertThat(shelf.contents(store).get(new byte[] {'b'})).isEqualTo(value);
    assertThat(shelf.contents(store).get(new byte[] {'c'})).isEqualTo(value);
  }

  @Test
  void whatBeginsWithAMinusComesAfterTwo() {
    console.run("put", store, "--", "-k", "-v").isSilent(Exit.DONE);
    assertThat(console.run("get", store, "--", "-k").isSilent(Exit.DONE).out()).isEqualTo("-v");
    assertThat(console.run("get", store, "text:-k").isSilent(Exit.DONE).out()).isEqualTo("-v");
  }

  @Test
  void anAtSignIsNotAFileOfArguments(@TempDir Path directory) throws IOException {
    String value = "@" + Files.writeString(directory.resolve("arguments"), "1 2 3");
    console.run("put", store, "@a", value).isSilent(Exit.DONE);
    assertThat(console.run("get", store, "@a").isSilent(Exit.DONE).out()).isEqualTo(value);
  }

  @Test
  void putCreatesAStoreOnlyIfToldWhich(@TempDir Path directory) {
    Path other = directory.resolve("other");
    console.run("put", other, "a", "1").isError(Exit.FAILED, "there is no store in");
    assertThat(other).doesNotExist();
    console.run("put", other, "a", "1", "--store", "shelf").isSilent(Exit.DONE);
    assertThat(shelf.contents(other)).containsKey(new byte[] {'a'});
  }

  @Test
  void deleteRemovesAKeyAndTellsIfThereWasNone() {
    assertThat(console.run("delete", store, "a").isSilent(Exit.DONE).out()).isEmpty();
    assertThat(shelf.contents(store)).isEmpty();
    console.run("delete", store, "a").isError(Exit.INCOMPLETE, "there is no key a");
  }

  @Test
  void keysThatNoStoreTakesAreUsageErrors() {
    console.run("put", store, "", "1").isError(Exit.USAGE, "the key is empty");
    console.run("get", store, "hex:").isError(Exit.USAGE, "the key is empty");
    console.run("get", store, "hex:0").isError(Exit.USAGE, "hexadecimal");
    console
        .run("put", store, "k".repeat(512), "1")
        .isError(Exit.USAGE, "the key has 512 bytes; this store takes at most 511");
    console
        .runWith(new byte[(1 << 20) + 1], "put", store, "k")
        .isError(Exit.USAGE, "the value has 1048577 bytes");
    assertThat(shelf.contents(store)).hasSize(1);
  }

  @Test
  void settingsReachTheStore() {
    console
        .run("put", store, "b", "1", "--set", "shelf.maxKeys=1")
        .isError(Exit.FAILED, "no room for more than 1");
    console
        .run("put", store, "b", "1", "--set", "shelf.maxKey=2")
        .isError(Exit.USAGE, "'shelf.maxKey'; did you mean 'shelf.maxKeys'?");
    console
        .run("put", store, "b", "1", "--set", "shelf.maxKeys=none")
        .isError(Exit.USAGE, "option shelf.maxKeys takes a number, not 'none'");
    console.run("put", store, "b", "1", "--set", "shelf.maxKeys").isError(Exit.USAGE, "--set");
    console.run("put", store, "b", "1", "--set", "sync=true").isError(Exit.USAGE, "SYNC_WRITES");
  }
}
