// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads lines of bytes that end in LF or CRLF. */
final class LineReader {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final int maxLineBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private byte[] line = new byte[256];
  private int length;
  private boolean tooLong;

  LineReader(InputStream in, int maxLineBytes) {
    this.in = in;
    this.maxLineBytes = maxLineBytes;
  }

  /**
   * Reads the next line.
   *
   * @return the line without its end, cut if {@link #isTooLong()}; {@code null} at the end
   */
  byte @Nullable [] next() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (position < limit || fill()) {
      any = true;
      int end = indexOfNewline();
      append(end);
      position = end;
      if (end < limit) {
        position++;
        return taken();
      }
    }
    return any ? taken() : null;
  }

  /** Tells whether the line last read was longer than wanted. */
  boolean isTooLong() {
    return tooLong;
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  private int indexOfNewline() {
    int i = position;
    while (i < limit && buffer[i] != '\n') {
      i++;
    }
    return i;
  }

  private void append(int end) {
    int more = Math.min(end - position, maxLineBytes - length);
    tooLong |= more < end - position;
    if (length + more > line.length) {
      int grown = (int) Math.min(maxLineBytes, Math.max(line.length * 2L, (long) length + more));
      line = Arrays.copyOf(line, grown);
    }
    System.arraycopy(buffer, position, line, length, more);
    length += more;
  }

  private byte[] taken() {
    boolean carriageReturn = !tooLong && length > 0 && line[length - 1] == '\r';
    return Arrays.copyOf(line, carriageReturn ? length - 1 : length);
  }
}
