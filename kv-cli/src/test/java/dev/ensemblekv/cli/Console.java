// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.spi.KvEnvironment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs commands in this process and keeps what they print. */
final class Console {
  private final KvEnvironment environment;
  private boolean terminal;

  /** Creates a console that knows the backends on the class path, and some more. */
  Console(ShelfBackend... backends) {
    KvEnvironment.Builder builder = KvEnvironment.builder();
    for (ShelfBackend backend : backends) {
      builder.backend(backend);
    }
    this.environment = builder.build();
  }

  /** Makes the outputs of the commands that follow terminals. */
  Console onTerminal() {
    terminal = true;
    return this;
  }

  /** What a command printed and returned. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Result(int exitCode, byte[] outBytes, String err) {
    String out() {
      return new String(outBytes, UTF_8);
    }

    JsonNode json() {
      try {
        return new ObjectMapper().readTree(outBytes);
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + out(), e);
      }
    }

    /** Checks that the command ended so, and said nothing on the error stream. */
    Result isSilent(int expectedExitCode) {
      assertThat(err).isEmpty();
      assertThat(exitCode).isEqualTo(expectedExitCode);
      return this;
    }

    /** Checks that the command failed so, and said why in one line and nothing else. */
    Result isError(int expectedExitCode, String... parts) {
      assertThat(err).startsWith("kv: ").contains(parts).endsWith(System.lineSeparator());
      assertThat(err.lines()).hasSize(1);
      assertThat(outBytes).isEmpty();
      assertThat(exitCode).isEqualTo(expectedExitCode);
      return this;
    }
  }

  Result run(Object... args) {
    return runWith(InputStream.nullInputStream(), args);
  }

  Result runWith(String input, Object... args) {
    return runWith(input.getBytes(UTF_8), args);
  }

  Result runWith(byte[] input, Object... args) {
    return runWith(new ByteArrayInputStream(input), args);
  }

  Result runWith(InputStream input, Object... args) {
    return runWith(input, new Closers(), args);
  }

  Result runWith(InputStream input, Closers closers, Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell =
        new Shell(
            input,
            new Output(out),
            new PrintStream(err, true, UTF_8),
            terminal,
            terminal,
            environment,
            closers);
    int exitCode = Kv.run(shell, Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
    return new Result(exitCode, out.toByteArray(), err.toString(UTF_8));
  }

  /** Makes an empty store of a shelf. */
  Path shelf(Path directory) {
    environment.open("shelf", directory, KvOptions.defaults()).close();
    return directory;
  }

  /** Makes a store of a shelf with pairs: key, value, key, value. */
  Path shelf(Path directory, String... pairs) {
    try (var store = environment.open("shelf", directory, KvOptions.defaults())) {
      for (int i = 0; i < pairs.length; i += 2) {
        store.put(pairs[i].getBytes(UTF_8), pairs[i + 1].getBytes(UTF_8));
      }
    }
    return directory;
  }

  static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }
}
