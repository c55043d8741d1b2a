// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.StoreMismatchException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small text file with a checksum, for what people may want to read: the descriptor of a store,
 * the manifest of an ensemble.
 *
 * <pre>{@code
 * file   = header *field sum
 * header = "ensemblekv " kind " " version LF
 * field  = name " = " value LF          ; each name once; in value: \\ \n \r for \ LF CR
 * sum    = "crc32c = " 8 hex digits LF  ; of all bytes before this line
 * }</pre>
 *
 * <p>All text is UTF-8. Immutable.
 */
public final class CheckedText {
  private static final String MAGIC = "ensemblekv";
  private static final String SEPARATOR = " = ";
  private static final String SUM = "crc32c" + SEPARATOR;

  private final Path path;
  private final Map<String, String> fields;

  private CheckedText(Path path, Map<String, String> fields) {
    this.path = path;
    this.fields = Collections.unmodifiableMap(fields);
  }

  /** Writes fields, in the order of the map. */
  public static byte[] encode(String kind, int version, Map<String, String> fields) {
    StringBuilder text = new StringBuilder();
    text.append(MAGIC).append(' ').append(kind).append(' ').append(version).append('\n');
    fields.forEach(
        (name, value) -> text.append(name).append(SEPARATOR).append(escape(value)).append('\n'));
    String body = text.toString();
    String sum = sum(body.getBytes(StandardCharsets.UTF_8));
    return (body + SUM + sum + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads fields.
   *
   * @param path where the bytes come from, for messages
   * @param kind what the file must be
   * @param maxVersion the newest version that is understood
   * @throws CorruptionException if the bytes are not what {@link #encode} wrote
   * @throws StoreMismatchException if they are of a newer version
   */
  public static CheckedText decode(byte[] bytes, Path path, String kind, int maxVersion) {
    String text = utf8(bytes, path);
    int sumAt = text.lastIndexOf("\n" + SUM) + 1;
    if (sumAt == 0) {
      throw corrupt("its last line is not a checksum: it was cut, or is not ours", path);
    }
    String expected = text.substring(sumAt + SUM.length());
    String actual = sum(text.substring(0, sumAt).getBytes(StandardCharsets.UTF_8));
    if (!expected.equals(actual + "\n")) {
      throw corrupt("its checksum is " + actual + ", not " + expected.strip(), path);
    }
    String[] lines = text.substring(0, sumAt).split("\n", -1);
    checkHeader(lines[0], path, kind, maxVersion);
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 1; i < lines.length - 1; i++) {
      int separator = lines[i].indexOf(SEPARATOR);
      if (separator < 1) {
        throw corrupt("line " + (i + 1) + " is not 'name = value'", path);
      }
      String name = lines[i].substring(0, separator);
      String value = unescape(lines[i].substring(separator + SEPARATOR.length()));
      if (fields.put(name, value) != null) {
        throw corrupt("line " + (i + 1) + " gives '" + name + "' again", path);
      }
    }
    return new CheckedText(path, fields);
  }

  private static void checkHeader(String header, Path path, String kind, int maxVersion) {
    String[] words = header.split(" ", -1);
    if (words.length != 3 || !words[0].equals(MAGIC) || !words[1].equals(kind)) {
      throw corrupt("it begins with '" + header + "', so it is no " + kind, path);
    }
    if (parseInt(words[2], path) > maxVersion) {
      throw new StoreMismatchException(
          "the "
              + kind
              + " has format version "
              + words[2]
              + "; this release reads up to "
              + maxVersion
              + ": use a newer release",
          path,
          null);
    }
  }

  /** Returns all fields in their order. */
  public Map<String, String> fields() {
    return fields;
  }

  /** Returns a field. */
  public Optional<String> find(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  /**
   * Returns a field that must be there.
   *
   * @throws CorruptionException if it is not
   */
  public String get(String name) {
    return find(name).orElseThrow(() -> corrupt("the field '" + name + "' is missing", path));
  }

  /**
   * Returns a whole number that must be there.
   *
   * @throws CorruptionException if it is not
   */
  public int getInt(String name) {
    return parseInt(get(name), path);
  }

  private static int parseInt(String text, Path path) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw corrupt("'" + text + "' is not a whole number", path);
    }
  }

  private static String sum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static String utf8(byte[] bytes, Path path) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptionException("it is not UTF-8 text", path, e);
    }
  }

  private static CorruptionException corrupt(String what, Path path) {
    return new CorruptionException(
        "the file is damaged: " + what + "; restore it from a copy", path, null);
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescape(String value) {
    if (value.indexOf('\\') < 0) {
      return value;
    }
    StringBuilder text = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && i + 1 < value.length()) {
        char escaped = value.charAt(++i);
        text.append(escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
