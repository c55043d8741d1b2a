// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * How keys and values are written on the command line: text stands for its UTF-8 bytes, {@code
 * hex:0aff} for bytes, {@code text:hex:} for text that would otherwise be read as something else.
 * {@link #parse} undoes {@link #format}.
 */
final class KeyText {
  private static final String HEX = "hex:";
  private static final String TEXT = "text:";
  private static final int REPLACEMENT = 0xFFFD;

  private KeyText() {}

  /**
   * Reads bytes.
   *
   * @throws CommandException if they are not hexadecimal, or the text is not what was typed
   */
  static byte[] parse(String text) {
    if (text.startsWith(HEX)) {
      try {
        return HexFormat.of().parseHex(text, HEX.length(), text.length());
      } catch (IllegalArgumentException e) {
        throw CommandException.usage(
            "'" + text + "' is not hexadecimal: hex: takes two digits per byte", e);
      }
    }
    String plain = text.startsWith(TEXT) ? text.substring(TEXT.length()) : text;
    byte[] bytes = encode(plain);
    if (bytes == null || plain.indexOf(REPLACEMENT) >= 0) {
      throw CommandException.usage(
          "'" + text + "' did not arrive as text; write it as hex:..., or use a UTF-8 locale");
    }
    return bytes;
  }

  /** Writes bytes: as text if it is UTF-8 and every character can be printed, else as hex. */
  static String format(byte[] bytes) {
    String text = decode(bytes);
    if (text == null || !text.codePoints().allMatch(KeyText::isPrintable)) {
      return HEX + HexFormat.of().formatHex(bytes);
    }
    return text.startsWith(HEX) || text.startsWith(TEXT) ? TEXT + text : text;
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> codePoint != REPLACEMENT;
    };
  }

  /** Makes one line of a message, whatever a file name or another program put into it. */
  static String oneLine(String message) {
    StringBuilder line = new StringBuilder(message.length());
    message
        .codePoints()
        .map(c -> Character.isWhitespace(c) ? ' ' : isPrintable(c) || c == REPLACEMENT ? c : '?')
        .forEach(line::appendCodePoint);
    return line.toString().strip();
  }

  /** Returns the text of bytes, or {@code null} if they are not UTF-8. */
  static @Nullable String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Returns the UTF-8 bytes of text, or {@code null} if it has half a surrogate pair. */
  static byte @Nullable [] encode(String text) {
    try {
      ByteBuffer buffer = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
