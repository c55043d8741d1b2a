// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The codecs of common types. */
public final class KvCodecs {

  /**
   * Strings as UTF-8, strictly: a string with an unpaired surrogate is refused, and so are bytes
   * that are not well-formed UTF-8. Neither is repaired by a replacement character.
   *
   * <p>Ordered by code points. This is the order of {@link String#compareTo} but for characters
   * beyond U+FFFF, which come last here. The empty string has no bytes, so it can be a value but
   * not a key.
   */
  public static final KvCodec<String> UTF_8 = new Utf8();

  /** Whole numbers as 8 bytes, big-endian, with the sign bit flipped. Ordered by value. */
  public static final KvCodec<Long> LONG = new SortableLong();

  /**
   * Byte arrays as they are, copied both ways. Ordered as unsigned bytes. As with any array, {@code
   * equals} of two objects tells nothing about their contents; the views compare contents.
   */
  public static final KvCodec<byte[]> BYTES = new Copy();

  private KvCodecs() {}

  private static final class Utf8 implements KvCodec<String> {
    private static final char REPLACEMENT = '\uFFFD';

    @Override
    public byte[] encode(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (Character.isSurrogate(c)) {
          if (!Character.isHighSurrogate(c)
              || i + 1 == text.length()
              || !Character.isLowSurrogate(text.charAt(i + 1))) {
            throw new IllegalArgumentException(
                String.format(
                    "the string has an unpaired surrogate, U+%X at index %d", (int) c, i));
          }
          i++;
        }
      }
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      // The lenient decoder is the fast one, and marks what it repairs.
      return text.indexOf(REPLACEMENT) < 0 ? text : decodeStrictly(bytes);
    }

    private static String decodeStrictly(byte[] bytes) {
      ByteBuffer input = ByteBuffer.wrap(bytes);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(input).toString();
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException(
            Bytes.show(bytes) + " is not UTF-8: malformed at byte " + input.position(), e);
      }
    }

    @Override
    public String toString() {
      return "UTF_8";
    }
  }

  private static final class SortableLong implements KvCodec<Long> {

    @Override
    public byte[] encode(Long number) {
      return ByteBuffer.allocate(Long.BYTES).putLong(number ^ Long.MIN_VALUE).array();
    }

    @Override
    public Long decode(byte[] bytes) {
      if (bytes.length != Long.BYTES) {
        throw new IllegalArgumentException(
            Bytes.show(bytes) + " is no number: it has " + bytes.length + " bytes instead of 8");
      }
      return ByteBuffer.wrap(bytes).getLong() ^ Long.MIN_VALUE;
    }

    @Override
    public String toString() {
      return "LONG";
    }
  }

  private static final class Copy implements KvCodec<byte[]> {

    @Override
    public byte[] encode(byte[] bytes) {
      return bytes.clone();
    }

    @Override
    public byte[] decode(byte[] bytes) {
      return bytes.clone();
    }

    @Override
    public String toString() {
      return "BYTES";
    }
  }
}
