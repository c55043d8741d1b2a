// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own that is asked to end in the midst of an import. */
class TerminationTest {
  private static final int LINES = 40_000;
  private static final int LINE_BYTES = 100;

  /** What can be on its way: the pipe, the buffers of both ends, and what is queued. */
  private static final int UNDER_WAY_BYTES = (1 << 20) + 1024 * LINE_BYTES;

  /** What makes a JVM say that it was picked up. */
  private static final Set<String> TALKATIVE =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private final Console console = new Console();

  @Test
  void whatWasImportedBeforeTheSignalIsKept(@TempDir Path directory) throws Exception {
    Path store = directory.resolve("store");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Kv.class.getName(),
                    "import",
                    store.toString(),
                    "-",
                    "--format",
                    "lines",
                    "--store",
                    "json",
                    "--set",
                    "json.persistInterval=10s"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile());
    builder.environment().keySet().removeAll(TALKATIVE);
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      for (int i = 0; i < LINES; i++) {
        in.write(line(i).getBytes(UTF_8));
      }
      in.flush();
      process.destroy(); // the signal TERM, which is handled as INT is
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    } catch (IOException e) {
      throw new AssertionError(Files.readString(err), e);
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isNotIn(Exit.DONE, Exit.FAILED);
    assertThat(err).hasContent("kv: interrupted; what was stored until now is kept\n");
    long kept =
        console.run("count", store, "--json").isSilent(Exit.DONE).json().get("keys").asLong();
    assertThat(kept).isGreaterThanOrEqualTo(LINES - UNDER_WAY_BYTES / LINE_BYTES);
    console.run("verify", store).isSilent(Exit.DONE);
  }

  private static String line(int number) {
    String text = Integer.toString(number);
    return text + "x".repeat(LINE_BYTES - 1 - text.length()) + "\n";
  }
}
