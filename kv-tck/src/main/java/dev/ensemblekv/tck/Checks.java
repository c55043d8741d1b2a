// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.tck.report.Check;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;

/** The tests of the suite, as the report has them. */
final class Checks {
  private static final List<Check> ALL =
      Arrays.stream(KvStoreTck.class.getDeclaredClasses())
          .filter(type -> type.isAnnotationPresent(Nested.class))
          .flatMap(chapter -> Arrays.stream(chapter.getSuperclass().getDeclaredMethods()))
          .flatMap(method -> of(method).stream())
          .sorted(Comparator.comparing(Check::name))
          .toList();

  private Checks() {}

  /** Returns all of them, by rule. */
  static List<Check> all() {
    return ALL;
  }

  /** Returns the one that a method is; empty: it is a test of somebody else. */
  static Optional<Check> of(Method method) {
    Rule rule = method.getAnnotation(Rule.class);
    DisplayName name = method.getAnnotation(DisplayName.class);
    if (rule == null || name == null) {
      return Optional.empty();
    }
    String id = method.getDeclaringClass().getSimpleName() + "." + method.getName();
    return Optional.of(
        new Check(id, name.value(), rule.value(), List.of(rule.also()), rule.partly()));
  }
}
