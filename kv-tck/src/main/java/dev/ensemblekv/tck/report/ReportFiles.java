// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of reports: one of each kind for each test class, and those of all together, which
 * several processes may write in turns.
 */
public final class ReportFiles {
  private static final String EACH = "tck";
  private static final String ALL = "tck-report";
  private static final String JSON = ".json";
  private static final String MARKDOWN = ".md";
  private static final Object MERGING = new Object();

  private final Path directory;

  /**
   * Prepares the writing.
   *
   * @param directory what the build writes to, such as {@code target}; made if it is missing
   */
  public ReportFiles(Path directory) {
    this.directory = directory;
  }

  /** Writes a report in place of the last one of its test class; returns the page for people. */
  public Path write(SubjectReport report) throws IOException {
    Path each = Files.createDirectories(directory.resolve(EACH));
    String name = report.subject().testClass();
    Path page = each.resolve(name + MARKDOWN);
    // A file lock keeps other processes out, and throws if it is held in this one.
    synchronized (MERGING) {
      try (FileChannel channel =
              FileChannel.open(
                  each.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        assert lock.isValid();
        replace(each.resolve(name + JSON), ReportText.json(report));
        replace(page, ReportText.markdown(report));
        replace(
            directory.resolve(ALL + JSON), "[\n" + String.join(",\n", read(each, JSON)) + "]\n");
        replace(directory.resolve(ALL + MARKDOWN), String.join("\n", read(each, MARKDOWN)));
      }
    }
    return page;
  }

  private static List<String> read(Path each, String kind) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(each)) {
      files = found.filter(file -> file.toString().endsWith(kind)).sorted().toList();
    }
    List<String> texts = new ArrayList<>();
    for (Path file : files) {
      texts.add(Files.readString(file));
    }
    return texts;
  }

  private static void replace(Path file, String text) throws IOException {
    Path written = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
    Files.move(written, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
