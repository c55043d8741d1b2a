// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import dev.ensemblekv.bench.SystemCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The memory in which the system keeps pages of files. It gives pages back when it is advised so,
 * by anybody, unless they are dirty or mapped; {@code dd} of the GNU core utilities advises it.
 */
final class PageCache {
  private PageCache() {}

  /** Writes what is dirty of the files below a directory, and drops all of their pages. */
  static void drop(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        dropFile(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void dropFile(Path file) {
    SystemCommand.run(
        "dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");
  }
}
