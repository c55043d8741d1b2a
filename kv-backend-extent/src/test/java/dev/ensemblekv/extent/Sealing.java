// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Makes the checksums of changed files right, as a faulty writer would: so that tests get at what
 * is behind the checksums.
 */
final class Sealing {
  private static final String SUM = "crc32c = ";

  private Sealing() {}

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  static void header(byte[] file) {
    if (file.length >= StoreFiles.HEADER_BYTES) {
      int at = StoreFiles.HEADER_BYTES - Integer.BYTES;
      LittleEndian.putInt(file, at, crc(file, 0, at));
    }
  }

  /** Seals the records of a segment, as far as each leads to the next. */
  static void segment(byte[] file, Seal seal) {
    header(file);
    long offset = StoreFiles.HEADER_BYTES;
    while (offset + RecordFormat.HEADER_BYTES <= file.length) {
      int at = (int) offset;
      int valueBytes = RecordFormat.valueBytes(file, at);
      long body = (long) RecordFormat.keyBytes(file, at) + valueBytes;
      int bodyAt = at + RecordFormat.HEADER_BYTES;
      boolean fits = valueBytes >= 0 && bodyAt + body <= file.length;
      if (fits) {
        LittleEndian.putInt(file, at + 4, crc(file, bodyAt, (int) body));
      }
      int sum = seal.of(file, at + 4, RecordFormat.HEADER_BYTES - 4, offset);
      LittleEndian.putInt(file, at, sum);
      if (!fits) {
        return;
      }
      offset += RecordFormat.recordBytes(file, at);
    }
  }

  /** Seals the blocks of a run. */
  static void run(byte[] file, Seal seal) {
    header(file);
    for (int at = StoreFiles.HEADER_BYTES; at + Block.BYTES <= file.length; at += Block.BYTES) {
      Block.seal(file, at, seal, at);
    }
  }

  /** Returns a checked text with the sum that its other lines have. */
  static byte[] text(byte[] file) {
    String text = new String(file, ISO_8859_1);
    int sumAt = text.lastIndexOf("\n" + SUM) + 1;
    byte[] body = sumAt == 0 ? file : Arrays.copyOf(file, sumAt);
    byte[] sum =
        (SUM + HexFormat.of().toHexDigits(crc(body, 0, body.length)) + "\n").getBytes(US_ASCII);
    byte[] sealed = Arrays.copyOf(body, body.length + sum.length);
    System.arraycopy(sum, 0, sealed, body.length, sum.length);
    return sealed;
  }
}
