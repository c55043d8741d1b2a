// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that tells where the files of engines are, which all commands share. */
public final class Scratch {
  static final String OPTION = "--directory";

  @Option(
      names = OPTION,
      defaultValue = "${sys:java.io.tmpdir}",
      description =
          "Where the files of the engines are, which are deleted (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("");

  /** Returns the directory; its path is absolute, as those that a disk is asked for. */
  public Path directory() {
    return directory.toAbsolutePath();
  }
}
