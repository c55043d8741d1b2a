// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.it.ChildProcess;
import dev.ensemblekv.it.documentation.Document.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The set-up for remote access that docs/jmx.md shows, in a directory of the test, on the loopback
 * address and with a password wherever the document has three dots.
 */
final class RemoteSetup {
  static final String ADDRESS = "127.0.0.1";
  static final String ADMIN_PASSWORD = "guitar1962";
  static final String MONITOR_PASSWORD = "drum";

  private static final String STORE_PASSWORD = "keyring";
  private static final String DOCUMENTED_ADDRESS = "10.0.0.5";
  private static final String DOCUMENTED_PORT = "7091";
  private static final String DOCUMENTED_DIRECTORY = "/etc/music";
  private static final Pattern OPTION_OF_JCONSOLE = Pattern.compile("-J(-D\\S+)");

  private final Path directory;

  /** Does what the document says, but for what depends on the port. */
  RemoteSetup(Path directory) throws Exception {
    this.directory = directory;
    for (String command : documented("keytool ").replace("\\\n", "").lines().toList()) {
      String bin = Path.of(ChildProcess.javaCommand()).resolveSibling("").toString();
      ChildProcess ended =
          ChildProcess.run(directory, Map.of(), List.of("/bin/sh", "-c", bin + "/" + command));
      assertThat(ended.exitCode()).as("%s%n%s", command, ended.errors()).isZero();
    }
    writeSecret("jmx.ssl", documented("javax.net.ssl.keyStore="));
    Files.writeString(directory.resolve("jmx.access"), documented("monitor readonly"));
    writeSecret(
        "jmx.password",
        documented("monitor ...")
            .replace("monitor " + STORE_PASSWORD, "monitor " + MONITOR_PASSWORD)
            .replace("admin " + STORE_PASSWORD, "admin " + ADMIN_PASSWORD));
  }

  private void writeSecret(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, content);
  }

  /** Returns the first block of the document that begins so, as it reads in this set-up. */
  private String documented(String beginning) {
    return Document.of("docs/jmx.md").blocks("text").stream()
        .map(Block::text)
        .filter(text -> text.startsWith(beginning))
        .findFirst()
        .orElseThrow(() -> new AssertionError("docs/jmx.md has no block: " + beginning))
        .replace(DOCUMENTED_ADDRESS, ADDRESS)
        .replace(DOCUMENTED_DIRECTORY, directory.toString())
        .replace("...", STORE_PASSWORD);
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Returns the options of a JVM that is to be reached at a port. */
  List<String> serverOptions(int port) {
    return documented("-Dcom.sun.management.jmxremote.port=")
        .replace(DOCUMENTED_PORT, Integer.toString(port))
        .lines()
        .toList();
  }

  /** Returns the options of whoever connects, one of which names the given property. */
  List<String> clientOptions(String... properties) {
    List<String> options = new ArrayList<>();
    for (MatchResult option :
        OPTION_OF_JCONSOLE.matcher(documented("jconsole -J")).results().toList()) {
      for (String property : properties) {
        if (option.group(1).startsWith("-Djavax.net.ssl." + property)) {
          options.add(
              option.group(1).replaceFirst("Store=", "Store=" + directory.resolve("") + "/"));
        }
      }
    }
    return options;
  }
}
