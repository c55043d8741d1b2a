// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvStores;
import dev.ensemblekv.it.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A process with an open store that is reached at a port of the loopback address. */
final class RemoteStore implements AutoCloseable {
  private static final int MOST_TRIES = 20;
  private static final String READY = "ready";

  private final Process process;
  private final int port;

  private RemoteStore(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Opens a store until the standard input ends. */
  public static void main(String[] arguments) throws IOException {
    KvOptions options = KvOptions.builder().set(KvOptions.NAME, "music").build();
    try (KvStore store = KvStores.open("memory", Path.of(arguments[0]), options)) {
      System.out.println(READY);
      while (System.in.read() >= 0) {
        store.flush();
      }
    }
  }

  /**
   * Starts the process at a port that nobody has; another one may be quicker to take it.
   *
   * @param options of the JVM, for a port
   * @throws IllegalStateException with what the JVM said, if it did not start
   */
  static RemoteStore start(IntFunction<List<String>> options, Path directory) throws Exception {
    String errors = "";
    for (int i = 0; i < MOST_TRIES; i++) {
      int port = freePort();
      Path complaints = Files.createTempFile(directory, "errors", ".txt");
      Process process = launch(options.apply(port), directory, complaints);
      if (READY.equals(firstLine(process))) {
        return new RemoteStore(process, port);
      }
      process.destroyForcibly().waitFor();
      errors = Files.readString(complaints);
      if (!errors.contains("in use")) {
        break;
      }
    }
    throw new IllegalStateException(errors);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Process launch(List<String> options, Path directory, Path complaints)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildProcess.javaCommand()));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(RemoteStore.class.getName(), directory.resolve("store").toString()));
    return new ProcessBuilder(command).redirectError(complaints.toFile()).start();
  }

  @SuppressWarnings("StreamResourceLeak") // ends with the process
  private static @Nullable String firstLine(Process process) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    return output.readLine();
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
