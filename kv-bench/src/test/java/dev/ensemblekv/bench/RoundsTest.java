// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Iterator;
import org.junit.jupiter.api.Test;

class RoundsTest {

  /** Returns how many rounds there are if they take so long. */
  private static int rounds(int most, double nanos, long... lengths) {
    Iterator<Long> ticks = Arrays.stream(lengths).iterator();
    long[] now = {-7};
    Rounds rounds = new Rounds(most, nanos, () -> now[0]);
    while (rounds.next()) {
      now[0] += ticks.next();
    }
    return rounds.current() + 1;
  }

  @Test
  void thereAreAsManyAsWereAskedForIfThereIsTime() {
    assertThat(rounds(3, 1000, 100, 100, 100, 100)).isEqualTo(3);
  }

  @Test
  void noneIsBegunThatWouldEndLaterIfItTookAsLongAsTheLongest() {
    assertThat(rounds(9, 300, 100, 100, 100, 100)).isEqualTo(3);
    assertThat(rounds(9, 299, 100, 100, 100, 100)).isEqualTo(2);
    assertThat(rounds(9, 300, 120, 70, 100, 100)).isEqualTo(2);
  }

  @Test
  void theFirstOneIsBegunInAnyCase() {
    assertThat(rounds(3, 0, 100, 100)).isEqualTo(1);
  }
}
