// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.bench.Figure.Unit;
import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Line;
import dev.ensemblekv.bench.report.Point;
import dev.ensemblekv.bench.report.Standing;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Figure RATE = new Figure("get/s", Unit.PER_SECOND);
  private static final Figure TIME = new Figure("reopen", Unit.MILLISECONDS);

  private static Outcome outcome(Figure figure, double number, Figure other, double otherNumber) {
    Outcome outcome = new Outcome();
    outcome.put(figure, number);
    outcome.put(other, otherNumber);
    return outcome;
  }

  private static Report report(double[]... rounds) {
    Report report =
        new Report("10 x 1 B", List.of("a", "b"), List.of(List.of(RATE, TIME)), List.of());
    for (double[] round : rounds) {
      report.beginRound();
      report.add("a", outcome(RATE, round[0], TIME, 4.0));
      report.add("b", outcome(RATE, round[1], TIME, 2.0));
    }
    return report;
  }

  private static String markdown(Report report) {
    return report.tables().stream()
        .map(table -> "\n" + table.toMarkdown())
        .collect(Collectors.joining());
  }

  @Test
  void oneRoundHasNoRanges() {
    assertThat(markdown(report(new double[] {20_000, 5_000})))
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
    assertThat(markdown(report(rounds)))
        .contains("| a | 10 k | 4.0 ms |\n| b | 40 k | 2.0 ms |")
        .contains("| a | 1000 ... 3000 k | 4.0 ms ... 4.0 ms |")
        .contains("| b | 3.00 (2.00 ... 4.00) | 0.50 (0.50 ... 0.50) |");
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetween() {
    assertThat(markdown(report(new double[] {20, 1}, new double[] {40, 1}))).contains("| a | 30 |");
  }

  @Test
  void whatIsNotKnownIsNoNumber() {
    double unknown = Double.NaN;
    assertThat(markdown(report(new double[] {unknown, 1}, new double[] {unknown, 1})))
        .contains("| a | n/a | 4.0 ms |")
        .contains("| b | n/a (n/a ... n/a) | 0.50 (0.50 ... 0.50) |");
  }

  @Test
  void bytesAreMegabytesUnlessTheyAreMany() {
    Figure bytes = new Figure("heap", Unit.BYTES);
    assertThat(bytes.format(2_340_000)).isEqualTo("2.3 MB");
    assertThat(bytes.format(127_900_000)).isEqualTo("128 MB");
    assertThat(bytes.format(1_234_000_000)).isEqualTo("1.23 GB");
  }

  @Test
  void csvHasEveryFigureOfEveryRound() {
    assertThat(report(new double[] {1, 2}, new double[] {3, 4}).toCsv())
        .isEqualTo(
            """
            round,engine,"get/s","reopen"
            1,"a",1.0,4.0
            1,"b",2.0,2.0
            2,"a",3.0,4.0
            2,"b",4.0,2.0
            """);
  }

  @Test
  void notesTellOfEngines() {
    Report report = report(new double[] {1, 2});
    Outcome outcome = new Outcome();
    outcome.note("library 1.0");
    outcome.note("not ordered");
    report.add("a", outcome);
    assertThat(report.notes()).containsExactly("a: library 1.0; not ordered");
  }

  @Test
  void theFirstEngineStandsBesideTheBestLibraryOfEachFigure() {
    Report report =
        new Report("x", List.of("ours", "raw-a", "raw-b"), List.of(List.of(RATE, TIME)), List.of());
    report.beginRound();
    report.add("ours", outcome(RATE, 10.0, TIME, 4.0));
    report.add("raw-a", outcome(RATE, 5.0, TIME, 2.0));
    report.add("raw-b", outcome(RATE, 8.0, TIME, 3.0));
    assertThat(markdown(report))
        .endsWith(
            """
            | x | ours | best library |  | ours / best | ahead |
            |---|---|---|---|---|---|
            | get/s | 10 | raw-b | 8.0 | 1.25 | ours |
            | reopen | 4.0 ms | raw-a | 2.0 ms | 2.00 | raw-a |
            """);
  }

  @Test
  void ourFirstEngineIsTheOneThatIsHeldAgainstLibrariesWhereverItStands() {
    Report report = new Report("x", List.of("raw-a", "ours"), List.of(List.of(TIME)), List.of());
    report.beginRound();
    report.add("ours", outcome(RATE, 1, TIME, 4));
    report.add("raw-a", outcome(RATE, 1, TIME, 2));
    assertThat(report.standings())
        .containsExactly(new Standing("reopen", "ours", "4.0 ms", "raw-a", "2.0 ms", "2.00", 2));
  }

  @Test
  void howMuchBetterAnotherIsDependsOnWhetherMoreIsBetter() {
    assertThat(RATE.timesAsGood(30, 10)).isEqualTo(3);
    assertThat(TIME.timesAsGood(30, 10)).isEqualTo(1 / 3.0);
    assertThat(TIME.timesAsGood(-1, 10)).isInfinite();
    assertThat(TIME.timesAsGood(10, -1)).isZero();
    assertThat(RATE.timesAsGood(Double.NaN, 1)).isNaN();
    assertThat(RATE.timesAsGood(Double.NaN, Double.NaN)).isNaN();
    assertThat(TIME.timesAsGood(1, Double.POSITIVE_INFINITY)).isNaN();
  }

  @Test
  void whatOursCannotDoAtAllIsALoss() {
    Report report =
        new Report("x", List.of("ours", "raw-a"), List.of(List.of(RATE, TIME)), List.of());
    report.beginRound();
    report.add("ours", new Outcome());
    report.add("raw-a", outcome(RATE, 5, TIME, 2));
    assertThat(report.standings())
        .extracting(Standing::behind)
        .containsExactly(Double.POSITIVE_INFINITY, Double.NaN);
  }

  @Test
  void inWhatTheDiskDoesNoEngineIsAhead() {
    Figure disk = Figure.ofDisk("disk reads/s", Unit.PER_SECOND);
    Report report =
        new Report("x", List.of("ours", "raw-a"), List.of(List.of(disk, TIME)), List.of());
    report.beginRound();
    report.add("ours", outcome(disk, 2, TIME, 4));
    report.add("raw-a", outcome(disk, 1, TIME, 2));
    assertThat(report.standings()).extracting(Standing::figure).containsExactly("reopen");
    assertThat(report.summary()).isEmpty();
  }

  @Test
  void aMeasureOfSeveralThingsIsOneChartWithMediansAndRanges() {
    Figure read = new Figure("A", "calls/s", Unit.PER_SECOND);
    Figure write = new Figure("B", "calls/s", Unit.PER_SECOND);
    Report report =
        new Report("x", List.of("a"), List.of(List.of(read), List.of(write, TIME)), List.of());
    for (double rate : new double[] {3, 1, 7}) {
      report.beginRound();
      report.add("a", outcome(read, rate, write, 10 * rate));
    }
    Chart rates = report.charts().get(0);
    assertThat(report.charts()).hasSize(2);
    assertThat(rates.labels()).containsExactly("A", "B");
    assertThat(rates.lines())
        .containsExactly(
            new Line(
                "a", 0, List.of(new Point(0, 3, 1, 7, false), new Point(1, 30, 10, 70, false))));
  }

  @Test
  void linesOfOneChartComeTogether() {
    Chart chart = new Chart("speed", Chart.Kind.LINES, "s", List.of(), "", List.of());
    Report report = new Report("x", List.of("a", "b"), List.of(), List.of(chart));
    List<Point> points = List.of(new Point(1, 2, true));
    Outcome outcome = new Outcome();
    outcome.put(chart, points);
    report.beginRound();
    report.add("a", outcome);
    report.add("b", outcome);
    assertThat(report.charts())
        .containsExactly(chart.with(List.of(new Line("a", 1, points), new Line("b", 1, points))));
  }
}
