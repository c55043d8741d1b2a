// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A million keys in a model of 1:50; what must hold of any life, and what a life must cost. */
class GrowingTest {
  private static final long PAIRS = 1_000_000;
  private static final long SCALE = 50;
  private static final long MAX_KEYS = 20_000;
  private static final long MIB = 1 << 20;
  private static final long NO_LIMIT = 1L << 40;

  @TempDir Path directory;

  private static Plan plan(Values values, Plan.Split split, long maxKeys, long maxBytes) {
    return plan(PAIRS, values, split, maxKeys, maxBytes);
  }

  private static Plan plan(
      long pairs, Values values, Plan.Split split, long maxKeys, long maxBytes) {
    return new Plan(
        pairs,
        SCALE,
        values,
        1000,
        maxKeys,
        maxBytes,
        3,
        split,
        20 * MIB,
        500 * MIB,
        1024 * MIB,
        7);
  }

  private Life live(Plan plan) {
    List<Doubling> heard = new ArrayList<>();
    Life life = Growing.live(plan, directory, heard::add);
    assertThat(heard).isEqualTo(life.doublings());
    assertThat(life.keys()).isEqualTo(plan.puts());
    assertThat(life.verification().items()).isEqualTo(plan.puts());
    assertThat(life.verification().problems()).isEmpty();
    assertThat(life.failures()).isZero();
    assertThat(life.fill()).isLessThan(1.1); // at rest nobody is over the limit
    return life;
  }

  private static double movedAndRewritten(Doubling sum) {
    return (double) (sum.copiedBytes + sum.rewrittenBytes) / sum.dataBytes;
  }

  @Test
  void copyingMovesLessThanTheDataAndHalfOfIt() {
    Doubling sum = live(plan(Values.FIXED, Plan.Split.COPYING, MAX_KEYS, NO_LIMIT)).sum();

    assertThat(sum.substores).isGreaterThan(48);
    assertThat(sum.dataBytes).isEqualTo(PAIRS / SCALE * (1000 + Plan.KEY_BYTES));
    assertThat(sum.copiedBytes).isBetween(sum.dataBytes / 2, sum.dataBytes);
    assertThat(movedAndRewritten(sum)).isLessThan(1.5);
    assertThat(sum.peakExtraBytes)
        .as("no more than a substore takes, with what came while it split; 1.17 in any of 12 seeds")
        .isLessThan(MAX_KEYS / SCALE * (1000 + Plan.KEY_BYTES) * 5 / 4);
    assertThat(sum.maxFill).isLessThan(1.5);
    assertThat(sum.maxHeldUp).isZero();
    assertThat(sum.splits).isEqualTo(sum.substores - 3);
    assertThat(sum.manifestWrites).isGreaterThanOrEqualTo(3L * sum.splits);
  }

  @Test
  void aNativeSplitCopiesWhatIsPutMeanwhileAndIsPaidForByEverySecond() {
    Doubling sum = live(plan(Values.FIXED, Plan.Split.NATIVE, MAX_KEYS, NO_LIMIT)).sum();

    assertThat(sum.copiedBytes).isLessThan(sum.dataBytes / 100);
    assertThat(sum.rewrittenBytes).isPositive();
    assertThat(movedAndRewritten(sum)).isLessThan(0.8);
    assertThat(sum.splits).isEqualTo(sum.substores - 3);
  }

  @ParameterizedTest
  @EnumSource(Values.class)
  void bytesAreALimitTooHoweverLongValuesAre(Values values) {
    Plan plan =
        new Plan(
            200_000_000,
            10_000,
            values,
            1000,
            NO_LIMIT,
            values == Values.TINY ? 384 * MIB : 16 * 1024 * MIB,
            3,
            Plan.Split.COPYING,
            20 * MIB,
            500 * MIB,
            1024 * MIB,
            7);

    Life life = live(plan);

    assertThat(life.doublings()).hasSizeGreaterThan(2);
    assertThat(life.sum().maxFill).isLessThan(1.5);
  }

  @Test
  void whoPutsFasterThanADiskCopiesIsHeldUp() {
    Plan calm = plan(Values.FIXED, Plan.Split.COPYING, MAX_KEYS, NO_LIMIT);
    Plan hasty =
        new Plan(
            calm.pairs(),
            calm.scale(),
            calm.values(),
            calm.valueBytes(),
            calm.maxKeys(),
            calm.maxBytes(),
            calm.initialSubstores(),
            calm.split(),
            200 * MIB,
            calm.diskRate(),
            calm.splitRate(),
            calm.seed());

    Doubling sum = live(hasty).sum();

    assertThat(sum.maxFill).isGreaterThan(1.5);
    assertThat(sum.maxHeldUp).isPositive();
    assertThat(sum.busyNanos).isGreaterThan(0.9 * sum.nanos);
  }

  @Test
  void theSameSeedLivesTheSameLife() {
    Plan plan = plan(PAIRS / 4, Values.LOGNORMAL, Plan.Split.COPYING, MAX_KEYS, 30 * MIB);

    assertThat(live(plan).sum())
        .usingRecursiveComparison()
        .isEqualTo(Growing.live(plan, directory.resolve("again"), doubling -> {}).sum());
  }
}
