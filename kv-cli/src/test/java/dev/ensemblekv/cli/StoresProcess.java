// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Set;

/** A process that has the stores {@code music} and {@code films} open until it is closed. */
final class StoresProcess implements AutoCloseable {
  /** What makes a JVM say that it was picked up. */
  private static final Set<String> TALKATIVE =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private final Process process;

  StoresProcess(Path directory) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StoresProcess.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeAll(TALKATIVE);
    process = builder.start();
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    assertThat(out.readLine()).isEqualTo("open");
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /** Opens an ensemble with a thousand keys and an empty store beside it. */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    try (KvStore music = KvStores.open("ensemble:extent", directory.resolve("music"));
        KvStore films = KvStores.open("json", directory.resolve("f"), named("films"))) {
      for (int i = 0; i < 1000; i++) {
        music.put(("song" + i).getBytes(UTF_8), new byte[100]);
      }
      films.flush();
      System.out.println("open");
      while (System.in.read() >= 0) {
        // until the end of the input
      }
    }
  }

  private static KvOptions named(String name) {
    return KvOptions.builder().set(KvOptions.NAME, name).build();
  }
}
