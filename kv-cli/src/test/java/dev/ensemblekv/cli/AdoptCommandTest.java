// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kv adopt} where nothing can be adopted; engines that adopt test the rest. */
class AdoptCommandTest {
  @TempDir private Path directory;
  private final Console console = new Console();

  @Test
  void whatIsNoDatabaseOfTheEngineIsLeftAlone() throws IOException {
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Files.writeString(foreign.resolve("data.json"), "{}");
    console.run("adopt", foreign, "--store", "json").isError(Exit.FAILED, "no database of 'json'");
    console
        .run("adopt", directory.resolve("none"), "--store", "json")
        .isError(Exit.FAILED, "no database of 'json'");
    try (Stream<Path> files = Files.list(foreign)) {
      assertThat(files).containsExactly(foreign.resolve("data.json"));
    }
  }

  @Test
  void aStoreIsNotAdoptedAgain() {
    Path store = directory.resolve("store");
    console.run("put", store, "key", "value", "--store", "json").isSilent(Exit.DONE);
    console.run("adopt", store, "--store", "json").isError(Exit.FAILED, "is a store already");
    console.run("get", store, "key").isSilent(Exit.DONE);
  }

  @Test
  void badCommandLinesAreUsageErrors() {
    console.run("adopt", directory).isError(Exit.USAGE, "--store");
    console.run("adopt", directory, "--store", "ensemble:json").isError(Exit.USAGE, "layers");
    console.run("adopt", directory, "--store", "nothing").isError(Exit.USAGE, "nothing");
  }
}
