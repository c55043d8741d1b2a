// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.bench.report.Chart;
import dev.ensemblekv.bench.report.Line;
import dev.ensemblekv.bench.report.Point;
import dev.ensemblekv.bench.report.Section;
import dev.ensemblekv.bench.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileCommandTest {

  @Test
  void theMethodsThatTakeMostOfAPhaseAreShownAndAllOfThemAreInTheCsv() {
    Map<String, Double> shares = new LinkedHashMap<>();
    shares.put("A.most", 0.5);
    shares.put("B.much", 0.375);
    shares.put("C.less", 0.125);
    Section section = ProfileCommand.section("profile", "", Map.of("get", shares), 2);
    assertThat(section.tables())
        .containsExactly(
            new Table(
                List.of("get", "of the samples"),
                List.of(List.of("A.most", "50.0 %"), List.of("B.much", "37.5 %"))));
    assertThat(section.charts())
        .containsExactly(
            Chart.bars(
                "get: of the samples, part of one",
                List.of("A.most", "B.much"),
                List.of(
                    new Line(
                        "of the samples",
                        0,
                        List.of(new Point(0, 0.5, false), new Point(1, 0.375, false))))));
    assertThat(section.csv())
        .isEqualTo(
            """
            phase,method,share
            "get","A.most",0.5
            "get","B.much",0.375
            "get","C.less",0.125
            """);
  }
}
