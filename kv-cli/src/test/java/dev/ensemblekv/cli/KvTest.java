// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.KvEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvTest {
  private final ShelfBackend shelf = new ShelfBackend();
  private final Console console = new Console(shelf);

  @Test
  void runsOnGivenStreams() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(Kv.run(InputStream.nullInputStream(), out, err, "--version")).isEqualTo(Exit.DONE);
    assertThat(out.toString(UTF_8)).startsWith("kv ");
    assertThat(err.size()).isZero();
    assertThat(Kv.run(InputStream.nullInputStream(), out, err, "no-such")).isEqualTo(Exit.USAGE);
    assertThat(err.size()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import",
        "export",
        "get",
        "exists",
        "put",
        "delete",
        "scan",
        "count",
        "stats",
        "verify",
        "copy",
        "adopt",
        "destroy",
        "backends",
        "doctor"
      })
  void everyCommandHasHelp(String command) {
    assertThat(console.run("--help").isSilent(Exit.DONE).out()).contains("  " + command + " ");
    String help = console.run(command, "--help").isSilent(Exit.DONE).out();
    assertThat(help).startsWith("Usage: kv " + command).contains("--verbose");
    assertThat(console.run("help", command).isSilent(Exit.DONE).out()).isEqualTo(help);
  }

  @Test
  void whatIsNotACommandLineIsAUsageError(@TempDir Path directory) {
    console.run().isError(Exit.USAGE, "a command is missing", "'kv --help'");
    console.run("imports").isError(Exit.USAGE, "imports", "did you mean", "import");
    console.run("get").isError(Exit.USAGE, "STORE", "'kv get --help'");
    console.run("get", directory, "a", "b").isError(Exit.USAGE, "b");
    console.run("scan", directory, "--limits", 1).isError(Exit.USAGE, "--limits", "--limit");
    console.run("scan", directory, "--limit", "few").isError(Exit.USAGE, "few");
  }

  @Test
  void anErrorIsOneLineAndVerboseShowsWhereItComesFrom(@TempDir Path directory) {
    Path none = directory.resolve("none");
    console.run("count", none).isError(Exit.FAILED, "there is no store in", none.toString());
    List<List<Object>> calls =
        List.of(List.of("count", none, "--verbose"), List.of("--verbose", "count", none));
    for (List<Object> call : calls) {
      Console.Result result = console.run(call.toArray());
      assertThat(result.err()).startsWith("kv: ").contains("StoreNotFoundException", "\tat ");
      assertThat(result.exitCode()).isEqualTo(Exit.FAILED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "exists", "scan", "count", "stats", "verify", "export", "copy"})
  void whatReadsOpensReadOnly(String command, @TempDir Path directory) {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    shelf.openedForWriting.set(0);
    List<Object> args = new ArrayList<>(List.of(command, store));
    switch (command) {
      case "get", "exists" -> args.add("a");
      case "copy" -> args.add(directory.resolve("copy"));
      default -> {}
    }
    console.run(args.toArray()).isSilent(Exit.DONE);
    assertThat(shelf.openedForWriting).hasValue(command.equals("copy") ? 1 : 0);
  }

  @Test
  void aBugIsCalledOne(@TempDir Path directory) {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    shelf.buggy = true;
    console.run("get", store, "a").isError(Exit.FAILED, "internal error", "a bug", "--verbose");
  }

  @Test
  void aLineBreakInANameDoesNotBreakTheLine(@TempDir Path directory) {
    console.run("count", directory.resolve("a\nb")).isError(Exit.FAILED, "a b");
  }

  @Test
  void anOutputThatCannotBeWrittenIsAnErrorUnlessItsReaderHasGone(@TempDir Path directory) {
    Path store = console.shelf(directory.resolve("store"), "a", "1");
    assertThat(runInto("No space left on device", "scan", store))
        .isEqualTo("kv: the output cannot be written: No space left on device");
    assertThat(runInto("Broken pipe", "scan", store)).isEmpty();
    assertThat(runInto("Broken pipe", "export", store)).isEmpty();
  }

  private String runInto(String fault, Object... args) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException(fault);
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, UTF_8);
    var environment = KvEnvironment.builder().backend(shelf).build();
    Shell shell =
        new Shell(
            InputStream.nullInputStream(),
            new Output(broken),
            errors,
            false,
            false,
            environment,
            new Closers());
    String[] texts = Arrays.stream(args).map(String::valueOf).toArray(String[]::new);
    assertThat(Kv.run(shell, texts)).isEqualTo(Exit.FAILED);
    return err.toString(UTF_8).strip();
  }
}
