// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes maps, collections, texts and numbers as JSON, so that the suite needs no library. */
final class JsonWriter {
  private static final String INDENT = "  ";
  private static final int FIRST_PRINTABLE = 0x20;

  private JsonWriter() {}

  static String write(@Nullable Object value) {
    return write(value, "\n");
  }

  private static String write(@Nullable Object value, String newLine) {
    String inner = newLine + INDENT;
    if (value == null || value instanceof Number || value instanceof Boolean) {
      return String.valueOf(value);
    }
    if (value instanceof Map<?, ?> map) {
      return map.isEmpty()
          ? "{}"
          : map.entrySet().stream()
              .map(e -> quote(String.valueOf(e.getKey())) + ": " + write(e.getValue(), inner))
              .collect(Collectors.joining("," + inner, "{" + inner, newLine + "}"));
    }
    if (value instanceof Collection<?> list) {
      return list.isEmpty()
          ? "[]"
          : list.stream()
              .map(each -> write(each, inner))
              .collect(Collectors.joining("," + inner, "[" + inner, newLine + "]"));
    }
    return quote(value.toString());
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
