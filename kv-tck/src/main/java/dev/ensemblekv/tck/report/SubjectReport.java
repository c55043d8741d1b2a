// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a run of the suite found out about a store.
 *
 * @param results of each test of the suite, also of those that did not run
 */
public record SubjectReport(Subject subject, Instant begun, List<TestResult> results) {
  /** Returns how far the store came with each level. */
  public List<Verdict> verdicts() {
    return Arrays.stream(Level.values()).map(level -> Verdict.of(level, subject, results)).toList();
  }

  /** Returns some lines for people who watch the run. */
  public String summary() {
    return "Levels of "
        + subject.title()
        + ", by "
        + subject.testClass()
        + ":"
        + verdicts().stream()
            .map(verdict -> "\n  " + verdict.level().id() + ": " + line(verdict))
            .collect(Collectors.joining())
        + "\n  "
        + counts();
  }

  private static String line(Verdict verdict) {
    String because = String.join("; ", verdict.because());
    return verdict.state().text() + (because.isEmpty() ? "" : " (" + because + ")");
  }

  /** Returns how many tests ended how. */
  String counts() {
    return results.size()
        + " tests: "
        + Arrays.stream(Outcome.values())
            .map(outcome -> count(outcome) + " " + outcome.text())
            .collect(Collectors.joining(", "));
  }

  private long count(Outcome outcome) {
    return results.stream().filter(result -> result.is(outcome)).count();
  }
}
