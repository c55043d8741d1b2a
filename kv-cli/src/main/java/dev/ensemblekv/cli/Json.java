// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The documents that {@code --json} prints. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Sets a number, as a whole one if it is whole. */
  static void number(ObjectNode object, String name, double value) {
    if (value == Math.rint(value) && Math.abs(value) < Long.MAX_VALUE) {
      object.put(name, Math.round(value));
    } else {
      object.put(name, value);
    }
  }

  static void print(Output out, JsonNode document) {
    try {
      out.line(MAPPER.writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values has a text", e);
    }
  }
}
