// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads the numbers and strings of which LevelDB makes up its records; none beyond their end. */
final class EditParser {
  private static final int MAX_VARINT_BYTES = 10;

  private final byte[] bytes;
  private final Path path;
  private final long offset;
  private int at;

  /**
   * Creates a parser of a record.
   *
   * @param offset where the record is in the file, for messages
   */
  EditParser(byte[] bytes, Path path, long offset) {
    this.bytes = bytes;
    this.path = path;
    this.offset = offset;
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  /** Reads a number of 7 bits per byte, the lowest first. */
  long varint() {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      int next = next();
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        return value;
      }
    }
    throw corrupt("a number is too long");
  }

  /** Reads a little-endian number of fixed length. */
  long fixed(int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) next() << (Byte.SIZE * i);
    }
    return value;
  }

  String text() {
    int length = length();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  void skipText() {
    int length = length(); // moves on by itself
    at += length;
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > bytes.length - at) {
      throw corrupt("a length is beyond the end of its record");
    }
    return (int) length;
  }

  private int next() {
    if (at == bytes.length) {
      throw corrupt("a record ends too early");
    }
    return bytes[at++] & 0xFF;
  }

  CorruptionException corrupt(String what) {
    return new CorruptionException(what + "; restore the store from a copy", path, offset, null);
  }
}
