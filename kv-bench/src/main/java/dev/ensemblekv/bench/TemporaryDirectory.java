// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A directory for one run of an engine, deleted with all that is in it.
 *
 * @param path where it is
 */
public record TemporaryDirectory(Path path) implements AutoCloseable {
  private static final int KIBIBYTE = 1024;

  /** Creates a new one below another. */
  public static TemporaryDirectory below(Path parent) {
    try {
      return new TemporaryDirectory(Files.createTempDirectory(parent, "kv-bench-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the length of all files in it. */
  public long bytes() {
    try (Stream<Path> files = Files.walk(path)) {
      return files
          .map(Path::toFile)
          .filter(file -> file.isFile())
          .mapToLong(file -> file.length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the room that it takes on the disk: the blocks that its files have, which may be fewer
   * than their lengths say, or more; NaN where that cannot be found out.
   */
  public double allocatedBytes() {
    try {
      Process du =
          new ProcessBuilder("du", "-sk", path.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      du.waitFor(); // it fails if a file goes meanwhile, which then counts for nothing
      return said.isEmpty()
          ? Double.NaN
          : Double.parseDouble(said.substring(0, said.indexOf('\t'))) * KIBIBYTE;
    } catch (IOException e) {
      return Double.NaN; // there is no du
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Double.NaN;
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
