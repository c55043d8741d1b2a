// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvFeature;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTextTest {
  private static final SubjectReport REPORT =
      new SubjectReport(
          new Subject(
              "MyTest",
              "my",
              Map.of("my.size", "1"),
              false,
              Set.of(KvFeature.ORDERED),
              Map.of("JDK", "17")),
          Instant.EPOCH,
          List.of(
              new TestResult(
                  new Check("A.b", "KV-1.2 is so", "1.2", List.of("4.2"), false),
                  Outcome.FAILED,
                  "\"a\\b\"\n| c",
                  7L,
                  3)));

  @Test
  void whatAFailureSaysIsLegalJson() {
    assertThat(ReportText.json(REPORT))
        .contains(
            """
                {
                  "rule": "1.2",
                  "also": [
                    "4.2"
                  ],
                  "name": "KV-1.2 is so",
                  "result": "failed",
                  "reason": "\\"a\\\\b\\"\\u000a| c",
                  "seed": 7,
                  "millis": 3
                }
            """)
        .contains("\n  \"options\": {\n    \"my.size\": \"1\"\n  },\n");
  }

  @Test
  void whatAFailureSaysStaysInItsCell() {
    assertThat(ReportText.markdown(REPORT))
        .contains("\n| KV-1.2 is so | failed | \"a\\b\" \\| c | 7 | 3 |\n")
        .startsWith("# my {my.size=1}\n");
  }
}
