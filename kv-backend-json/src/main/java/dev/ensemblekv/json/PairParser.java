// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Reads the pairs of a data file, one after the other. */
final class PairParser {
  private static final int SHOWN_CHARS = 60;

  private final JsonParser parser;
  private final Damage damage;

  // Of the pair that is being read.
  private byte @Nullable [] key;
  private byte @Nullable [] value;

  PairParser(JsonParser parser, Damage damage) {
    this.parser = parser;
    this.damage = damage;
  }

  /** Reads the list that the parser stands at, to its end. */
  void readAll(DataFileReader.Sink sink) throws IOException {
    if (!parser.hasToken(JsonToken.START_ARRAY)) {
      throw damage.at(parser, "the pairs are not a list");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.hasToken(JsonToken.START_OBJECT)) {
        throw damage.at(parser, "a pair is not an object");
      }
      readPair(sink);
    }
  }

  private void readPair(DataFileReader.Sink sink) throws IOException {
    key = null;
    value = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      readField(parser.currentName());
    }
    if (key == null || value == null) {
      throw damage.at(parser, "the pair has no " + (key == null ? "key" : "value"));
    }
    if (!sink.add(key, value)) {
      throw damage.at(parser, "the key " + shown(key) + " is there twice");
    }
  }

  private static String shown(byte[] key) {
    String text = new String(key, UTF_8);
    return text.length() <= SHOWN_CHARS
        ? "'" + text + "'"
        : "'" + text.substring(0, SHOWN_CHARS) + "...'";
  }

  private void readField(String field) throws IOException {
    boolean isBase64 = field.endsWith(DataFormat.BASE64);
    String name =
        isBase64 ? field.substring(0, field.length() - DataFormat.BASE64.length()) : field;
    switch (name) {
      case DataFormat.FIELD_KEY -> {
        checkFirst(key, name);
        byte[] bytes = readBytes(isBase64);
        check(() -> JsonBackend.LIMITS.checkKey(bytes));
        key = bytes;
      }
      case DataFormat.FIELD_VALUE -> {
        checkFirst(value, name);
        byte[] bytes = readBytes(isBase64);
        check(() -> JsonBackend.LIMITS.checkValue(bytes));
        value = bytes;
      }
      default -> throw damage.at(parser, "the field \"" + field + "\" is unknown");
    }
  }

  private void checkFirst(byte @Nullable [] earlier, String name) {
    if (earlier != null) {
      throw damage.at(parser, "the pair has two fields for its " + name);
    }
  }

  private void check(Runnable limit) {
    try {
      limit.run();
    } catch (IllegalArgumentException e) {
      throw damage.at(parser.currentTokenLocation(), String.valueOf(e.getMessage()), e);
    }
  }

  private byte[] readBytes(boolean isBase64) throws IOException {
    if (parser.nextToken() != JsonToken.VALUE_STRING) {
      throw damage.at(parser, "this is not a string");
    }
    String text = parser.getText();
    return isBase64 ? decode(text) : encode(text);
  }

  private byte[] decode(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw damage.at(parser.currentTokenLocation(), "this is not Base64: " + e.getMessage(), e);
    }
  }

  /** An escape can make half a surrogate pair, which no UTF-8 stands for. */
  private byte[] encode(String text) {
    try {
      ByteBuffer bytes = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    } catch (CharacterCodingException e) {
      throw damage.at(parser.currentTokenLocation(), "this is not Unicode text", e);
    }
  }
}
