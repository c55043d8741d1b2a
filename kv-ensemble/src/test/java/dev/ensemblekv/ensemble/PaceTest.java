// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void whoHasMovedMoreThanTheRateWaitsUntilItDoes() {
    Pace pace = new Pace(1000, 0);
    pace.spend(500, 0);
    assertThat(pace.delayNanos(0)).isEqualTo(SECOND / 2);
    assertThat(pace.delayNanos(SECOND / 4)).isEqualTo(SECOND / 4);
    assertThat(pace.delayNanos(SECOND)).isZero();
  }

  @Test
  void smallDebtsAddUpBeforeTheyArePaid() {
    Pace pace = new Pace(1000, 0);
    pace.spend(60, 0);
    assertThat(pace.delayNanos(0)).isZero();
    pace.spend(60, 0);
    assertThat(pace.delayNanos(0)).isEqualTo(120_000_000);
  }

  @Test
  void restIsNotSavedUp() {
    Pace pace = new Pace(1000, 0);
    pace.spend(1000, 100 * SECOND);
    assertThat(pace.delayNanos(100 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void aNewRateForgetsTheDebt() {
    Pace pace = new Pace(1, Long.MAX_VALUE); // the clock may pass over its end
    pace.spend(1000, Long.MAX_VALUE);
    pace.rate(1000, Long.MAX_VALUE);
    assertThat(pace.delayNanos(Long.MAX_VALUE)).isZero();
    pace.spend(1000, Long.MAX_VALUE);
    assertThat(pace.delayNanos(Long.MAX_VALUE)).isEqualTo(SECOND);
  }
}
