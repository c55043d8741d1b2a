// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that tells where the files of engines are, which all commands share. */
public final class Scratch {
  @Option(
      names = "--directory",
      defaultValue = "${sys:java.io.tmpdir}",
      description =
          "Where the files of the engines are, which are deleted (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("");

  /** Returns the directory. */
  public Path directory() {
    return directory;
  }
}
