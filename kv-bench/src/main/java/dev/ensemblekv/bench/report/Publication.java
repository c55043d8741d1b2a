// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of a report: a page that needs nothing else, and of each section the figures of all
 * rounds and the points of all lines as CSV.
 */
public final class Publication {
  private Publication() {}

  /** Writes the files into a directory, which is made if it is not there. */
  public static void write(Path directory, List<Section> sections) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("report.html"), Page.render(sections));
    for (Section section : sections) {
      Files.writeString(directory.resolve(section.name() + ".csv"), section.csv());
      if (section.hasLines()) {
        Files.writeString(directory.resolve(section.name() + "-lines.csv"), section.linesCsv());
      }
    }
  }
}
