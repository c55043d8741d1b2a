// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  private static final long SEED = 20_260_203;

  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);
  @TempDir private Path directory = Path.of("");

  @Test
  void writesALineForEachPairInKeyOrder() {
    Path store = console.shelf(directory.resolve("store"), "b", "2", "a", "1\n");
    String lines = "{\"key\":\"a\",\"value\":\"1\\n\"}\n{\"key\":\"b\",\"value\":\"2\"}\n";
    assertThat(console.run("export", store).isSilent(Exit.DONE).out()).isEqualTo(lines);
    assertThat(console.run("export", store, "-").isSilent(Exit.DONE).out()).isEqualTo(lines);
    Path file = directory.resolve("x.jsonl");
    assertThat(console.run("export", store, file).isSilent(Exit.DONE).out()).isEmpty();
    assertThat(file).hasContent(lines);
    shelf.features.remove(KvFeature.ORDERED);
    assertThat(console.run("export", store).isSilent(Exit.DONE).out().lines())
        .containsExactlyInAnyOrderElementsOf(lines.lines().toList());
  }

  @Test
  void anEmptyStoreGivesAnEmptyFile() {
    Path store = console.shelf(directory.resolve("store"));
    assertThat(console.run("export", store).isSilent(Exit.DONE).out()).isEmpty();
  }

  @Test
  void whatWasExportedLoadsBackEqual() {
    Path store = console.shelf(directory.resolve("store"));
    NavigableMap<byte[], byte[]> pairs = shelf.contents(store);
    Random random = new Random(SEED);
    for (int i = 0; i < 2000; i++) {
      pairs.put(random(random, 1 + random.nextInt(40)), random(random, random.nextInt(200)));
    }
    Path file = directory.resolve("x.jsonl");
    console.run("export", store, file).isSilent(Exit.DONE);
    Path other = directory.resolve("other");
    console
        .run("import", other, file, "--store", "shelf", "--set", "shelf.maxKeys=100000")
        .isSilent(Exit.DONE);
    NavigableMap<byte[], byte[]> loaded = shelf.contents(other);
    assertThat(loaded).as("seed %d", SEED).hasSameSizeAs(pairs);
    pairs.forEach((key, value) -> assertThat(loaded.get(key)).as("seed %d", SEED).isEqualTo(value));
  }

  private static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return random.nextBoolean() ? bytes : KeyText.format(bytes).getBytes(UTF_8);
  }

  @Test
  void aFileIsReplacedWhenEverythingIsWrittenAndNotBefore() throws IOException {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    Path file = Files.writeString(directory.resolve("x.jsonl"), "precious");
    shelf.damage = new CorruptionException("the checksum is wrong", null, null);
    console.run("export", store, file).isError(Exit.FAILED, "the checksum is wrong");
    assertThat(file).hasContent("precious");
    shelf.damage = null;
    console.run("export", store, file).isSilent(Exit.DONE);
    assertThat(file).hasContent("{\"key\":\"a\",\"value\":\"1\"}\n");
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("store", "x.jsonl");
  }

  @Test
  void aDeviceIsWrittenToAndNotReplaced() {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    console.run("export", store, "/dev/full").isError(Exit.FAILED, "No space left on device");
    assertThat(Path.of("/dev/full")).isReadable();
    assertThat(Files.isRegularFile(Path.of("/dev/full"))).isFalse();
  }

  @Test
  void aFileThatCannotBeCreatedIsAnError() {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    console
        .run("export", store, directory.resolve("none/x.jsonl"))
        .isError(Exit.FAILED, "none/x.jsonl", "no such file or directory");
  }
}
