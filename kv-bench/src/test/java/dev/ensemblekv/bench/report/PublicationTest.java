// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationTest {
  @TempDir Path temp;

  private final Line line =
      new Line(
          "<b>\"x\", y", 2, List.of(new Point(0, 0.123456, false), new Point(1, Double.NaN, true)));

  private final Section section =
      new Section(
          "growth",
          "./kv bench size 'a<b'",
          List.of("a disk"),
          List.of("a & b"),
          List.of(new Standing("get/s", "ours", "1", "theirs", "2", "0.50", 2)),
          List.of(new Table(List.of("first"), List.of(List.of("of all")))),
          List.of(new Table(List.of("a", "<i>"), List.of(List.of("1 < 2", "3")))),
          List.of(
              Chart.bars("speed", List.of(""), List.of(new Line("all", 0, line.points()))),
              new Chart("</script>", Chart.Kind.LINES, "s", List.of(), "doubling", List.of(line))),
          "round,engine\n");

  private String publish() throws Exception {
    Path directory = temp.resolve("made/here");
    Publication.write(directory, List.of(section));
    assertThat(directory.resolve("growth.csv")).hasContent("round,engine\n");
    assertThat(directory.resolve("growth-lines.csv"))
        .hasContent(
            """
            chart,engine,round,x,y,marked
            "</script>","<b>""x"", y",2,0.0,0.123456,false
            "</script>","<b>""x"", y",2,1.0,NaN,true
            """);
    return Files.readString(directory.resolve("report.html"));
  }

  @Test
  void everyTextIsEscaped() throws Exception {
    assertThat(publish())
        .contains("<code>./kv bench size &#39;a&lt;b&#39;</code>")
        .contains("<p>a disk</p>")
        .contains("<li>a &amp; b</li>")
        .contains("<td>of all</td>")
        .contains("<td>1 &lt; 2</td><td>3</td>")
        .contains("<th scope=\"col\">&lt;i&gt;</th>");
  }

  @Test
  void whereWeLoseIsSaidFirstTheWorstFirst() throws Exception {
    List<Section> sections =
        List.of(
            section("one", standing("get/s", 1.5), standing("put/s", 0.9)),
            section("two", standing("heap", 4), standing("RSS", Double.NaN)));
    assertThat(Standing.losses(sections))
        .containsExactly(
            new Table(
                List.of("figure", "section", "ours", "", "best library", "", "times as good"),
                List.of(
                    List.of("heap", "two", "ours", "1", "theirs", "2", "4.00"),
                    List.of("get/s", "one", "ours", "1", "theirs", "2", "1.50"))));
    assertThat(Standing.losses(List.of(section("one", standing("put/s", 0.9))))).isEmpty();
    assertThat(publish()).containsSubsequence("<h2>where we lose</h2>", "<h2>growth</h2>");
  }

  private static Standing standing(String figure, double behind) {
    return new Standing(figure, "ours", "1", "theirs", "2", "n/a", behind);
  }

  private static Section section(String name, Standing... standings) {
    return new Section(
        name, "", List.of(), List.of(), List.of(standings), List.of(), List.of(), List.of(), "");
  }

  @Test
  void thePageNeedsNothingBesides() throws Exception {
    String page = publish();
    assertThat(page)
        .doesNotContain("<script src", "<link", "@import", "sourceMappingURL")
        .contains("Chart.js v");
    assertThat(page.split("</script>", -1)).as("three scripts").hasSize(4);
  }

  @Test
  void numbersInThePageHaveTheDigitsThatCanBeSeenAndTheUnknownIsNull() throws Exception {
    assertThat(publish())
        .contains("\"title\":\"\\u003c/script>\"")
        .contains("\"points\":[[0,0.1235],[1,null,null,null,true]]");
  }
}
