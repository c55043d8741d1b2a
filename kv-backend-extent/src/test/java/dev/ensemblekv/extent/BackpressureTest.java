// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackpressureTest {
  private static final long SECOND = 1_000_000_000;
  private static final long RATE = 10 << 20;

  private long now = 5 * SECOND;
  private final List<Long> pauses = new ArrayList<>();
  private final Backpressure backpressure =
      new Backpressure(
          () -> now,
          nanos -> {
            pauses.add(nanos);
            now += nanos;
          });

  private void write(long bytes, int times) {
    for (int i = 0; i < times; i++) {
      backpressure.written(bytes);
    }
  }

  @Test
  void withoutARateNobodyWaits() {
    write(1 << 30, 10);
    assertThat(pauses).isEmpty();
    assertThat(backpressure.bytesPerSecond()).isZero();
  }

  @Test
  void allWritesTogetherKeepToTheRate() {
    backpressure.limit(RATE);
    long begun = now;
    write(1000, 100_000);
    assertThat(1e9 * 100_000 * 1000 / (now - begun)).isBetween(RATE * 0.99, RATE * 1.01);
    assertThat(pauses).allSatisfy(nanos -> assertThat(nanos).isGreaterThanOrEqualTo(1_000_000));
  }

  @Test
  void timeInWhichNothingWasWrittenIsNotSavedUp() {
    backpressure.limit(RATE);
    write(RATE / 2, 1);
    now += 100 * SECOND;
    write(RATE / 2, 1);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void nobodyWaitsLongerThanASecondAtATime() {
    backpressure.limit(RATE);
    write(100 * RATE, 1);
    assertThat(pauses).containsExactly(SECOND);
  }

  @Test
  void writersHaveNineTenthsOfWhatCompactionGivesBack() throws IOException {
    boolean ended =
        backpressure.around(
            () -> {
              now += 2 * SECOND;
              return 200 << 20;
            });
    assertThat(ended).isTrue();
    assertThat(backpressure.bytesPerSecond()).isEqualTo(90 << 20);
    now += 3 * SECOND; // something else
    backpressure.around(
        () -> {
          now += SECOND;
          return 200 << 20;
        });
    assertThat(backpressure.bytesPerSecond()).isEqualTo(45 << 20);
  }

  @Test
  void nobodyIsHeldUpForACompactionThatDoesNotComeToItsEnd() throws IOException {
    assertThat(backpressure.around(() -> 0)).isFalse();
    assertThat(backpressure.bytesPerSecond()).isZero();
    assertThatThrownBy(
            () ->
                backpressure.around(
                    () -> {
                      throw new IOException("the disk");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(backpressure.bytesPerSecond()).isZero();
  }

  @Test
  void afterTheReleaseNobodyWaits() {
    backpressure.limit(RATE);
    backpressure.release();
    write(1 << 30, 10);
    assertThat(pauses).isEmpty();
  }
}
