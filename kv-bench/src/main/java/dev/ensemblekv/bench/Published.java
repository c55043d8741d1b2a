// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import dev.ensemblekv.bench.report.Publication;
import dev.ensemblekv.bench.report.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that tells where a page goes, which all commands share. */
final class Published {
  static final String OPTION = "--report";

  @Option(
      names = OPTION,
      paramLabel = "DIRECTORY",
      description = {
        "Write a page with charts there, report.html, and CSV with all figures of all rounds beside",
        "it."
      })
  private @Nullable Path directory;

  /** Writes sections as one page, if there is to be one. */
  void write(List<Section> sections) throws IOException {
    Path place = directory;
    if (place != null) {
      Publication.write(place, sections);
    }
  }
}
