// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.bench.Column.Unit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Column RATE = new Column("get/s", Unit.PER_SECOND);
  private static final Column TIME = new Column("reopen", Unit.MILLISECONDS);

  private static Report report(double[]... rounds) {
    Report report = new Report("10 x 1 B", List.of("a", "b"), List.of(List.of(RATE, TIME)));
    for (double[] round : rounds) {
      report.beginRound();
      report.add("a", Map.of(RATE, round[0], TIME, 4.0));
      report.add("b", Map.of(RATE, round[1], TIME, 2.0));
    }
    return report;
  }

  @Test
  void oneRoundHasNoRanges() {
    assertThat(report(new double[] {20_000, 5_000}).toMarkdown())
        .isEqualTo(
            """

            | 10 x 1 B | get/s | reopen |
            |---|---|---|
            | a | 20 k | 4.0 ms |
            | b | 5000 | 2.0 ms |

            | ratio to a | get/s | reopen |
            |---|---|---|
            | a | 1.00 | 1.00 |
            | b | 0.25 | 0.50 |
            """);
  }

  @Test
  void severalRoundsAreMediansAndRangesAndTheirRatiosAreTakenRoundByRound() {
    double[][] rounds = {{10_000, 40_000}, {1_000, 2_000}, {3_000_000, 9_000_000}};
    assertThat(report(rounds).toMarkdown())
        .contains("| a | 10 k | 4.0 ms |\n| b | 40 k | 2.0 ms |")
        .contains("| a | 1000 ... 3000 k | 4.0 ms ... 4.0 ms |")
        .contains("| b | 3.00 (2.00 ... 4.00) | 0.50 (0.50 ... 0.50) |");
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetween() {
    assertThat(report(new double[] {20, 1}, new double[] {40, 1}).toMarkdown())
        .contains("| a | 30 |");
  }

  @Test
  void whatIsNotKnownIsNoNumber() {
    double unknown = Double.NaN;
    assertThat(report(new double[] {unknown, 1}, new double[] {unknown, 1}).toMarkdown())
        .contains("| a | n/a | 4.0 ms |")
        .contains("| b | n/a (n/a ... n/a) | 0.50 (0.50 ... 0.50) |");
  }

  @Test
  void bytesAreMegabytesUnlessTheyAreMany() {
    Column bytes = new Column("heap", Unit.BYTES);
    assertThat(bytes.format(2_340_000)).isEqualTo("2.3 MB");
    assertThat(bytes.format(127_900_000)).isEqualTo("128 MB");
    assertThat(bytes.format(1_234_000_000)).isEqualTo("1.23 GB");
  }

  @Test
  void csvHasEveryFigureOfEveryRound() {
    assertThat(report(new double[] {1, 2}, new double[] {3, 4}).toCsv())
        .isEqualTo(
            """
            round,engine,get/s,reopen
            1,"a",1.0,4.0
            1,"b",2.0,2.0
            2,"a",3.0,4.0
            2,"b",4.0,2.0
            """);
  }

  @Test
  void notesComeFirst() {
    Report report = report(new double[] {1, 2});
    report.note("a", "library 1.0");
    assertThat(report.toMarkdown()).startsWith("- a: library 1.0\n\n| 10 x 1 B |");
  }
}
