// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.report.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final long PAIR_BYTES = 1000;

  private final Growth growth = new Growth(PAIR_BYTES);

  private void step(long keys, double seconds, int substores) {
    growth.add(new Growth.Step(keys, seconds, 100 / seconds, 50, 40, 1, keys, 2, substores));
  }

  private Outcome outcome() {
    Outcome outcome = new Outcome();
    growth.tell(outcome);
    return outcome;
  }

  private List<Boolean> marks() {
    return outcome().lines().getOrDefault(Growth.PUTS.title(), List.of()).stream()
        .map(Point::marked)
        .toList();
  }

  @Test
  void aDoublingIsMarkedWhereSubstoresAreTwiceAsManyAsAtTheLastMark() {
    int[] substores = {3, 4, 5, 6, 7, 11, 12, 25};
    for (int i = 0; i < substores.length; i++) {
      step(100L * (i + 1), 1, substores[i]);
    }
    assertThat(marks()).containsExactly(false, false, false, true, false, false, true, true);
  }

  @Test
  void aStoreWithoutSubstoresNeverDoubles() {
    step(100, 1, 0);
    step(200, 1, 0);
    assertThat(marks()).containsExactly(false, false);
  }

  @Test
  void theLastStepIsHeldAgainstTheTenth() {
    for (int i = 1; i <= 20; i++) {
      step(100L * i, i == 10 ? 2 : i == 20 ? 8 : 1, 0);
    }
    Outcome outcome = outcome();
    assertThat(outcome.get(SizeFigures.PUT_KEPT)).isEqualTo(0.25);
    assertThat(outcome.get(SizeFigures.LAST_PUT)).isEqualTo(12.5);
    assertThat(outcome.get(SizeFigures.GET_BY_PAGE_READ)).isEqualTo(1.25);
    assertThat(outcome.get(SizeFigures.PUT)).isEqualTo(2000 / 28.0);
    assertThat(outcome.get(SizeFigures.PUT_MAX)).isEqualTo(2000);
  }
}
