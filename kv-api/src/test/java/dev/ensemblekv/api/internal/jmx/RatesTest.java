// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RatesTest {
  private static final long SECOND = 1_000_000_000;

  private final Rates rates = new Rates(0, new long[] {0});

  private double at(long nanos, long count) {
    return rates.perSecond(nanos, new long[] {count}, 0);
  }

  @Test
  void theFirstRateIsOverTheTimeSinceTheBeginning() {
    assertThat(at(10 * SECOND, 50)).isEqualTo(5);
    assertThat(rates.nanos(10 * SECOND, new long[] {50})).isEqualTo(10 * SECOND);
  }

  @Test
  void aRateIsOverTheTimeSinceTheLastReadingButOne() {
    at(10 * SECOND, 50);

    assertThat(at(15 * SECOND, 150)).isEqualTo(20);
    assertThat(at(20 * SECOND, 150)).isZero();
  }

  @Test
  void whatIsReadWithinASecondIsOneReading() {
    at(10 * SECOND, 50);
    assertThat(at(10 * SECOND + 1, 50)).isEqualTo(50e9 / (10 * SECOND + 1));
    at(11 * SECOND - 1, 60);

    assertThat(at(12 * SECOND, 100)).isEqualTo(25);
    assertThat(rates.nanos(12 * SECOND, new long[] {100})).isEqualTo(2 * SECOND);
  }

  @Test
  void noTimeIsNoRate() {
    assertThat(at(0, 100)).isZero();
  }

  @Test
  void countersThatWereResetBeginAtZero() {
    at(10 * SECOND, 50);
    rates.restart(20 * SECOND, new long[] {0});

    assertThat(at(22 * SECOND, 10)).isEqualTo(5);
  }
}
