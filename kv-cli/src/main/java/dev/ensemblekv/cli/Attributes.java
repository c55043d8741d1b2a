// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/** Values of attributes of an MBean, by name; one that it does not have is nothing or unknown. */
record Attributes(Map<String, Object> values) {
  private static final long UNKNOWN = -1;

  /** Returns the attributes that a row of a table consists of. */
  static Attributes of(CompositeData row) {
    Map<String, Object> values = new HashMap<>();
    for (String name : row.getCompositeType().keySet()) {
      Object value = row.get(name);
      if (value != null) {
        values.put(name, value);
      }
    }
    return new Attributes(values);
  }

  @Nullable Object value(String name) {
    return values.get(name);
  }

  String text(String name) {
    Object value = values.get(name);
    return value == null ? "" : value.toString();
  }

  /** Returns a whole number; -1 if it is not known. */
  long number(String name) {
    return values.get(name) instanceof Number number ? number.longValue() : UNKNOWN;
  }

  /** Returns a number; not a number if it is not known. */
  double real(String name) {
    return values.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(values.get(name));
  }

  /** Returns a time in milliseconds since 1970; -1 if it is not known. */
  @SuppressWarnings("JavaUtilDate") // which is what a JMX client gets
  long millis(String name) {
    return values.get(name) instanceof Date date ? date.getTime() : UNKNOWN;
  }
}
