// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import org.junit.jupiter.api.Test;

/** What is not durable is never told to be less than it is. */
class DurabilityLagTest {
  private long nanos = Long.MAX_VALUE - 5;
  private final DurabilityLag lag = new DurabilityLag(() -> nanos);

  private KvStats stats() {
    KvStats.Builder stats = KvStats.builder("spec", "name");
    lag.addTo(stats);
    return stats.build();
  }

  private long unsynced() {
    return stats().metric(KvMetric.UNSYNCED_BYTES).orElseThrow().asLong();
  }

  @Test
  void whatIsWrittenWhileTheRestIsMadeDurableIsNot() {
    lag.written(100);
    long mark = lag.mark();
    lag.written(7);
    assertThat(unsynced()).isEqualTo(107);

    lag.durable(mark);

    assertThat(unsynced()).isEqualTo(7);
  }

  @Test
  void whoEndsLateDoesNotUndoWhatOthersHaveMadeDurable() {
    lag.written(100);
    long early = lag.mark();
    lag.written(7);
    lag.durable(lag.mark());

    lag.durable(early);

    assertThat(unsynced()).isZero();
  }

  @Test
  void theAgeIsThatOfTheLastTime() {
    assertThat(stats().metric(KvMetric.LAST_SYNC_AGE)).isEmpty();
    lag.durable(lag.mark());
    nanos += 10; // over the end of the numbers

    assertThat(stats().metric(KvMetric.LAST_SYNC_AGE).orElseThrow().asLong()).isEqualTo(10);
  }
}
