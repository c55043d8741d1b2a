// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ensemblekv.it.ChildProcess;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The set-up for remote access that docs/jmx.md shows lets in whom it should, and nobody else. */
class RemoteAccessTest {
  private static final String ADMIN = "admin";
  private static final String[] RIGHT = {ADMIN, RemoteSetup.ADMIN_PASSWORD};

  @TempDir static Path temp;

  private static RemoteSetup setup;

  @BeforeAll
  static void setUp() throws Exception {
    setup = new RemoteSetup(temp);
  }

  private static List<String> connect(RemoteStore store, List<String> options, String... attempts)
      throws Exception {
    List<String> command = new ArrayList<>(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(RemoteClient.class.getName(), Integer.toString(store.port())));
    command.addAll(List.of(attempts));
    ChildProcess client = ChildProcess.java(temp, command);
    assertThat(client.exitCode()).as(client.errors()).isZero();
    return client.output().lines().toList();
  }

  @Test
  void onlyWhoHasPasswordAndKeyIsLetIn() throws Exception {
    try (RemoteStore store = RemoteStore.start(setup::serverOptions, temp)) {
      List<String> trustsAndHasKey = setup.clientOptions("keyStore", "trustStore");
      List<String> attempts = new ArrayList<>(List.of(RIGHT));
      attempts.addAll(List.of("monitor", RemoteSetup.MONITOR_PASSWORD));
      attempts.addAll(List.of(ADMIN, "guessed", "", ""));
      assertThat(connect(store, trustsAndHasKey, attempts.toArray(String[]::new)))
          .containsExactly("OPEN, flush done", "OPEN, flush refused", "refused", "refused");
      assertThat(connect(store, setup.clientOptions("trustStore"), RIGHT))
          .as("without a key of its own")
          .containsExactly("no connection");
      assertThat(connect(store, List.of(), RIGHT))
          .as("without knowing the server's key")
          .containsExactly("no connection");

      assertThatExceptionOfType(IOException.class)
          .as("at another address")
          .isThrownBy(() -> new Socket("127.0.0.2", store.port()).close());
      assertThat(Files.readString(setup.file("jmx.password")))
          .as("hashes take the place of passwords")
          .contains(ADMIN)
          .doesNotContain(RemoteSetup.ADMIN_PASSWORD);
    }
  }

  @Test
  void aPasswordFileThatOthersMayReadIsRefused() throws Exception {
    Path open = Files.writeString(temp.resolve("open.password"), "admin guessed\n");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> RemoteStore.start(port -> withPasswords(open, port), temp).close())
        .withMessageContaining(open.toString());
  }

  private static List<String> withPasswords(Path file, int port) {
    return setup.serverOptions(port).stream()
        .map(option -> option.replace(setup.file("jmx.password").toString(), file.toString()))
        .toList();
  }
}
