// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pair as a line of JSON.
 *
 * <pre>{@code
 * {"key":"greeting","value":"hello"}
 * {"keyBase64":"AP8=","value":""}
 * }</pre>
 *
 * <p>Key and value, each by itself, are text if they are valid UTF-8 and base64 otherwise.
 */
final class PairJson {
  private static final String KEY = "key";
  private static final String VALUE = "value";
  private static final String BASE64 = "Base64";

  // A line is bounded by whoever reads it, so what is in it need not be.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .build();

  private PairJson() {}

  /** Returns a generator of lines; the caller flushes it and never closes the stream with it. */
  static JsonGenerator lines(OutputStream out) {
    try {
      JsonGenerator generator = FACTORY.createGenerator(out);
      generator.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      return generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    } catch (IOException e) {
      throw new Output.FailedException(e);
    }
  }

  /** Writes a pair, or a key alone. */
  static void write(JsonGenerator generator, byte[] key, byte @Nullable [] value) {
    try {
      generator.writeStartObject();
      write(generator, KEY, key);
      if (value != null) {
        write(generator, VALUE, value);
      }
      generator.writeEndObject();
    } catch (IOException e) {
      throw new Output.FailedException(e);
    }
  }

  private static void write(JsonGenerator generator, String name, byte[] bytes) throws IOException {
    String text = KeyText.decode(bytes);
    if (text != null) {
      generator.writeStringField(name, text);
    } else {
      generator.writeFieldName(name + BASE64);
      generator.writeBinary(bytes);
    }
  }

  /**
   * Reads a pair.
   *
   * @throws MalformedLineException if the line is not one
   */
  static Pair parse(byte[] line) throws MalformedLineException {
    Map<String, byte[]> fields = new HashMap<>();
    try (JsonParser parser = FACTORY.createParser(line)) {
      expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        field(parser, fields);
      }
      expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
      expect(parser, parser.nextToken(), null);
    } catch (IOException e) {
      throw new MalformedLineException("not a JSON object: " + firstLine(e));
    }
    byte[] key = fields.get(KEY);
    byte[] value = fields.get(VALUE);
    if (key == null || value == null) {
      throw new MalformedLineException(
          "there is no " + (key == null ? KEY : VALUE) + ", neither as text nor in base64");
    }
    return new Pair(key, value);
  }

  private static void field(JsonParser parser, Map<String, byte[]> fields)
      throws IOException, MalformedLineException {
    String name = parser.currentName();
    boolean base64 = name.endsWith(BASE64);
    String plain = base64 ? name.substring(0, name.length() - BASE64.length()) : name;
    if (!plain.equals(KEY) && !plain.equals(VALUE)) {
      throw new MalformedLineException("unknown field '" + name + "'");
    }
    expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
    byte[] bytes = base64 ? parser.getBinaryValue() : KeyText.encode(parser.getText());
    if (bytes == null) {
      throw new MalformedLineException("half a surrogate pair in '" + name + "'");
    }
    if (fields.put(plain, bytes) != null) {
      throw new MalformedLineException("'" + plain + "' is there twice");
    }
  }

  private static void expect(
      JsonParser parser, @Nullable JsonToken found, @Nullable JsonToken expected)
      throws MalformedLineException {
    if (found != expected) {
      throw new MalformedLineException(
          "unexpected "
              + (found == null ? "end" : found.toString().toLowerCase(Locale.ROOT))
              + " at column "
              + parser.currentLocation().getColumnNr());
    }
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
