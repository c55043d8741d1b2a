// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import dev.ensemblekv.api.KvLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file, or the standard input, of which each line is a pair. Empty lines are passed over. */
final class LineFile implements PairSource {
  /** Room for a key and a value of which each byte is written as an escape of six. */
  private static final int ESCAPED_BYTES = 6;

  private static final int MAX_LINE_BYTES = 1 << 30;
  private static final long FRAME_BYTES = 1 << 10;

  private final @Nullable Path file;
  private final InputStream standardInput;
  private final LineFormat format;
  private final int maxLineBytes;

  /**
   * Creates the source.
   *
   * @param file the file; {@code null}: the standard input
   * @param limits those of the store
   */
  LineFile(@Nullable Path file, InputStream standardInput, LineFormat format, KvLimits limits) {
    this.file = file;
    this.standardInput = standardInput;
    this.format = format;
    long longest =
        ((long) limits.maxKeyBytes() + limits.maxValueBytes()) * ESCAPED_BYTES + FRAME_BYTES;
    this.maxLineBytes = (int) Math.min(longest, MAX_LINE_BYTES);
  }

  @Override
  public void readTo(PairWriter writer, Skips skips) throws IOException {
    if (file == null) {
      read(standardInput, "line ", writer, skips);
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      read(in, file + ":", writer, skips);
    }
  }

  private void read(InputStream in, String name, PairWriter writer, Skips skips)
      throws IOException {
    LineReader reader = new LineReader(in, maxLineBytes);
    byte[] line = reader.next();
    for (long number = 1; line != null; line = reader.next(), number++) {
      if (reader.isTooLong()) {
        skips.add(name + number, "the line has more than " + maxLineBytes + " bytes");
      } else if (line.length > 0) {
        try {
          writer.submit(PendingPair.of(format.parse(line), name + number));
        } catch (MalformedLineException e) {
          skips.add(name + number, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  @Override
  public long count() {
    return Progress.UNKNOWN;
  }
}
