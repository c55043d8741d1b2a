// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.bench.report.Point;
import org.junit.jupiter.api.Test;

class WearTest {
  private double written;
  private final Wear wear = new Wear(() -> 2.5, () -> written);

  @Test
  void theBeginningAndTheEndAreLookedAtHoweverShortItIs() throws Exception {
    wear.begin();
    written = 7;
    wear.end();
    assertThat(wear.spaces())
        .hasSizeGreaterThanOrEqualTo(2)
        .first()
        .isEqualTo(new Point(0, 2.5, false));
    assertThat(wear.writes())
        .hasSameSizeAs(wear.spaces())
        .first()
        .isEqualTo(new Point(0, 0, false));
    assertThat(wear.writes()).last().extracting(Point::y).isEqualTo(7.0);
  }

  @Test
  void whatWasNotBegunHasNoPoints() throws Exception {
    wear.end();
    assertThat(wear.spaces()).isEmpty();
    assertThat(wear.writes()).isEmpty();
  }
}
