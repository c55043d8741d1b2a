// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.it.documentation;

import dev.ensemblekv.it.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A directory that looks like the root of the project to the commands of a document: it has the
 * script {@code kv}, and the sources that the commands store.
 *
 * <p>The jars that the script runs have no classes. They refer to those that are tested, so that
 * nothing is built here.
 */
final class Sandbox {
  private static final String SOURCES = "kv-api/src";

  /** What is on the class path of the tests, but not on that of the command line. */
  private static final List<String> NOT_IN_CLI =
      List.of("kv-backend-memory", "kv-bench", "kv-tck", "kv-it");

  /** Lets {@code kv} be found as if it were installed, and errors show as at a terminal. */
  private static final String PROLOGUE = "set -euo pipefail; PATH=$PWD:$PATH; exec 2>&1\n";

  private final Path directory;

  private Sandbox(Path directory) {
    this.directory = directory;
  }

  static Sandbox create(Path directory) throws IOException {
    Path root = Document.root();
    copyTree(root.resolve(SOURCES), directory.resolve(SOURCES));
    Path script = Files.copy(root.resolve("kv"), directory.resolve("kv"));
    if (!script.toFile().setExecutable(true)) {
      throw new IOException(script + " cannot be made executable");
    }
    // Last, as the script takes it for outdated if a source is newer.
    createJar(directory.resolve("kv-cli/target/kv-cli.jar"), "dev.ensemblekv.cli.Kv", NOT_IN_CLI);
    createJar(
        directory.resolve("kv-bench/target/kv-bench.jar"), "dev.ensemblekv.bench.Bench", List.of());
    return new Sandbox(directory);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  private static void createJar(Path jar, String mainClass, List<String> without)
      throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, mainClass);
    attributes.put(Attributes.Name.CLASS_PATH, classPath(without));
    Files.createDirectories(jar.resolveSibling("lib"));
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
  }

  private static String classPath(List<String> without) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> without.stream().noneMatch(entry::contains))
        .map(entry -> Path.of(entry).toUri().toString())
        .collect(Collectors.joining(" "));
  }

  /** Runs a script by bash. */
  ChildProcess run(String script) throws Exception {
    return ChildProcess.run(
        directory,
        Map.of("JAVA_HOME", System.getProperty("java.home")),
        List.of("bash", "-c", PROLOGUE + script));
  }
}
