// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalInt;

/**
 * The format of the data file: JSON in UTF-8, one line per pair, sorted by key as unsigned bytes.
 *
 * <pre>{@code
 * file   = "{" LF
 *          '  "crc32c": "' 8 lower-case hex digits '",' LF
 *          '  "format": "ensemblekv-json",' LF
 *          '  "version": 1,' LF
 *          '  "store": "' 32 hex digits '",' LF           ; the id of the store
 *          ['  "journal": ' number ',' LF]               ; the last journaled batch in the pairs
 *          '  "pairs": [' LF
 *          [pair *("," LF pair) LF]
 *          "  ]" LF
 *          "}" LF
 * pair   = '    {' key ", " value "}"
 * key    = '"key": "' text '"'     / '"keyBase64": "' base64 '"'
 * value  = '"value": "' text '"'   / '"valueBase64": "' base64 '"'
 * }</pre>
 *
 * <p>Bytes that are valid UTF-8 are written as text, all others as Base64 (RFC 4648, padded). In
 * text, {@code "}, {@code \} and control characters below U+0020 are escaped, nothing else is.
 *
 * <p>The checksum is the CRC-32C of all bytes after its line. Without that line the rest is valid
 * JSON still, and means that someone edited the file by hand. Then the layout is free, fields may
 * come in any order but for the pairs, which come after format and version, and the store may be
 * left out.
 */
final class DataFormat {
  static final int VERSION = 1;
  static final String FORMAT = "ensemblekv-json";

  static final String FIELD_SUM = "crc32c";
  static final String FIELD_FORMAT = "format";
  static final String FIELD_VERSION = "version";
  static final String FIELD_STORE = "store";
  static final String FIELD_JOURNAL = "journal";
  static final String FIELD_PAIRS = "pairs";
  static final String FIELD_KEY = "key";
  static final String FIELD_VALUE = "value";

  /** What is appended to the name of a field whose bytes are in Base64. */
  static final String BASE64 = "Base64";

  private static final String BEFORE_SUM = "{\n  \"" + FIELD_SUM + "\": \"";
  private static final String AFTER_SUM = "\",\n";
  private static final int SUM_BYTES = 8;

  /** How many bytes of the file come before those that the checksum is over. */
  static final int HEAD_BYTES = BEFORE_SUM.length() + SUM_BYTES + AFTER_SUM.length();

  private static final HexFormat HEX = HexFormat.of();

  private DataFormat() {}

  /** Returns the first two lines of a file. */
  static byte[] head(int sum) {
    return (BEFORE_SUM + HEX.toHexDigits(sum) + AFTER_SUM).getBytes(US_ASCII);
  }

  /**
   * Returns the checksum of the first two lines; empty if they are not what {@link #head} makes.
   */
  static OptionalInt sumOf(byte[] head) {
    if (head.length == HEAD_BYTES) {
      String digits = new String(head, BEFORE_SUM.length(), SUM_BYTES, US_ASCII);
      if (digits.chars().allMatch(HexFormat::isHexDigit)) {
        int sum = HexFormat.fromHexDigits(digits);
        return Arrays.equals(head(sum), head) ? OptionalInt.of(sum) : OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
  }

  /**
   * What tells one content of the file from another.
   *
   * @param bytes the length of the file
   * @param sum the checksum of all after its head
   */
  record Stamp(long bytes, int sum) {}
}
