// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void dropFile(Path file) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "dd",
            "of=" + file,
            "oflag=nocache",
            "conv=notrunc,fdatasync",
            "count=0",
            "status=none");
    Process dd =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    int exitCode = dd.waitFor();
    if (exitCode != 0) {
      throw new IllegalStateException(
          String.join(" ", command) + " ended with " + exitCode + "; dd of GNU is needed");
    }
  }
}
