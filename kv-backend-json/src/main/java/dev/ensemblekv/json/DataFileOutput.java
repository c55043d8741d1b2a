// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Writes the text of a file from a position on, in large pieces, and sums it up on the way.
 *
 * <p>Valid UTF-8 is JSON text already but for what must be escaped, so it is copied, never decoded
 * to strings.
 */
final class DataFileOutput {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BASE64_PIECE_BYTES = 3 << 10; // a multiple of 3 has no padding
  private static final int SCRATCH_CHARS = 1 << 10;
  private static final byte[] HEX_DIGITS = "0123456789abcdef".getBytes(US_ASCII);

  private final DiskFile file;
  private final CRC32C sum = new CRC32C();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int count;
  private long position;

  /** A decoder that reports whatever is not UTF-8, and a place for what it decodes. */
  private final CharsetDecoder decoder = UTF_8.newDecoder();

  private final CharBuffer scratch = CharBuffer.allocate(SCRATCH_CHARS);

  DataFileOutput(DiskFile file, long position) {
    this.file = file;
    this.position = position;
  }

  /** Writes JSON of our own making. */
  void write(String ascii) throws IOException {
    byte[] bytes = ascii.getBytes(US_ASCII);
    write(bytes, 0, bytes.length);
  }

  /** Writes a field: as text if the bytes are UTF-8, else in Base64 and with another name. */
  void writeField(String name, byte[] bytes) throws IOException {
    boolean isText = isUtf8(bytes);
    write(isText ? "\"" + name + "\": \"" : "\"" + name + DataFormat.BASE64 + "\": \"");
    if (isText) {
      writeEscaped(bytes);
    } else {
      writeBase64(bytes);
    }
    write((byte) '"');
  }

  private boolean isUtf8(byte[] bytes) {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    decoder.reset();
    CoderResult result;
    do {
      scratch.clear();
      result = decoder.decode(rest, scratch, true);
    } while (result.isOverflow());
    return result.isUnderflow();
  }

  private void writeEscaped(byte[] bytes) throws IOException {
    int written = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        write(bytes, written, i - written);
        writeEscape(b);
        written = i + 1;
      }
    }
    write(bytes, written, bytes.length - written);
  }

  private void writeEscape(byte b) throws IOException {
    write((byte) '\\');
    switch (b) {
      case '"', '\\' -> write(b);
      case '\b' -> write((byte) 'b');
      case '\f' -> write((byte) 'f');
      case '\n' -> write((byte) 'n');
      case '\r' -> write((byte) 'r');
      case '\t' -> write((byte) 't');
      default -> {
        write("u00");
        write(HEX_DIGITS[b >> 4]);
        write(HEX_DIGITS[b & 0xF]);
      }
    }
  }

  private void writeBase64(byte[] bytes) throws IOException {
    for (int i = 0; i < bytes.length; i += BASE64_PIECE_BYTES) {
      int end = Math.min(bytes.length, i + BASE64_PIECE_BYTES);
      byte[] encoded = Base64.getEncoder().encode(Arrays.copyOfRange(bytes, i, end));
      write(encoded, 0, encoded.length);
    }
  }

  private void write(byte b) throws IOException {
    if (count == buffer.length) {
      flush();
    }
    buffer[count++] = b;
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      if (count == buffer.length) {
        flush();
      }
      int piece = Math.min(length - done, buffer.length - count);
      System.arraycopy(bytes, offset + done, buffer, count, piece);
      count += piece;
      done += piece;
    }
  }

  private void flush() throws IOException {
    sum.update(buffer, 0, count);
    file.write(position, buffer, 0, count);
    position += count;
    count = 0;
  }

  /** Writes what is left, and returns the length of the file and the sum of what was written. */
  DataFormat.Stamp finish() throws IOException {
    flush();
    return new DataFormat.Stamp(position, (int) sum.getValue());
  }
}
