// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An import into a small file system that becomes full; needs the right to mount one. */
class FullDiskTest {
  private static final int FILE_BYTES = 64 << 10;

  private final Console console = new Console();

  @ParameterizedTest
  @ValueSource(strings = {"json", "ensemble:json"})
  void whatWasStoredBeforeIsKeptAndThereIsAClearMessage(String spec, @TempDir Path directory)
      throws Exception {
    Path mount = Files.createDirectory(directory.resolve("mount"));
    assumeTrue(
        runs("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount.toString()),
        "a tmpfs cannot be mounted here, so the disk cannot be filled");
    try {
      Path few = files(directory.resolve("few"), 8);
      Path many = files(directory.resolve("many"), 100);
      Path store = mount.resolve("store");
      console.run("import", store, few, "--store", spec).isSilent(Exit.DONE);
      Console.Result result = console.run("import", store, many);
      result.isError(Exit.FAILED, "the import stopped", "No space left on device");
      assertThat(console.run("verify", store).isSilent(Exit.DONE).out()).contains("nothing wrong");
      for (int i = 0; i < 8; i++) {
        byte[] value = console.run("get", store, "few" + i).isSilent(Exit.DONE).outBytes();
        assertThat(value).isEqualTo(Files.readAllBytes(few.resolve("few" + i)));
      }
      if (runs("mount", "-o", "remount,size=64m", mount.toString())) {
        console.run("import", store, many).isSilent(Exit.DONE);
        assertThat(console.run("count", store, "--json").json().get("keys").asInt()).isEqualTo(108);
      }
    } finally {
      assertThat(runs("umount", mount.toString())).isTrue();
    }
  }

  private static Path files(Path tree, int count) throws IOException {
    Files.createDirectories(tree);
    for (int i = 0; i < count; i++) {
      Files.writeString(tree.resolve(tree.getFileName() + "" + i), "x".repeat(FILE_BYTES));
    }
    return tree;
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(DISCARD).start();
      return process.waitFor(10, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static final ProcessBuilder.Redirect DISCARD = ProcessBuilder.Redirect.DISCARD;
}
