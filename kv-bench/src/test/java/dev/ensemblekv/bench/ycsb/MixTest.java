// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.Stored;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MixTest {
  private static final int DRAWS = 200_000;

  private static Map<Mix.Call, Integer> percents(Mix mix) {
    Map<Mix.Call, Integer> percents = new EnumMap<>(Mix.Call.class);
    IntStream.range(0, 100).forEach(i -> percents.merge(mix.call(i), 1, Integer::sum));
    return percents;
  }

  @ParameterizedTest
  @EnumSource(Mix.class)
  void everyPercentIsACall(Mix mix) {
    assertThat(percents(mix).values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
  }

  @Test
  void theCallsAreThoseOfYcsb() {
    assertThat(percents(Mix.A)).isEqualTo(Map.of(Mix.Call.READ, 50, Mix.Call.UPDATE, 50));
    assertThat(percents(Mix.B)).isEqualTo(Map.of(Mix.Call.READ, 95, Mix.Call.UPDATE, 5));
    assertThat(percents(Mix.C)).isEqualTo(Map.of(Mix.Call.READ, 100));
    assertThat(percents(Mix.D)).isEqualTo(Map.of(Mix.Call.READ, 95, Mix.Call.INSERT, 5));
    assertThat(percents(Mix.E)).isEqualTo(Map.of(Mix.Call.SCAN, 95, Mix.Call.INSERT, 5));
    assertThat(percents(Mix.F))
        .isEqualTo(Map.of(Mix.Call.READ, 50, Mix.Call.READ_MODIFY_WRITE, 50));
  }

  /** Each rank by itself comes as often as its share of the sum says. */
  @Test
  void ranksAreZipfianAlsoWhileTheyGrow() {
    Zipfian zipfian = new Zipfian(10);
    SplittableRandom random = new SplittableRandom(1);
    int[] drawn = new int[1000];
    for (int i = 0; i < DRAWS; i++) {
      drawn[(int) zipfian.next(random, drawn.length)]++;
    }
    double sum = IntStream.rangeClosed(1, drawn.length).mapToDouble(i -> Math.pow(i, -0.99)).sum();
    assertThat((double) drawn[0]).isBetween(0.95 * DRAWS / sum, 1.05 * DRAWS / sum);
    double second = DRAWS * Math.pow(2, -0.99) / sum;
    assertThat((double) drawn[1]).isBetween(0.9 * second, 1.1 * second);
    int tenth = Arrays.stream(drawn, 0, 100).sum();
    double head = IntStream.rangeClosed(1, 100).mapToDouble(i -> Math.pow(i, -0.99)).sum();
    assertThat((double) tenth).isBetween(0.9 * DRAWS * head / sum, 1.1 * DRAWS * head / sum);
  }

  @Test
  void theLatestKeysAreThoseInsertedLast() {
    OwnKeys keys = new OwnKeys(new Stored("none", Path.of(""), new Pairs(1, 10), 1000, 2), 1);
    for (int i = 0; i < 100; i++) {
      keys.insert();
    }
    int fresh = 0;
    for (int i = 0; i < DRAWS; i++) {
      fresh += keys.choose(Mix.Popularity.LATEST) >= 500 ? 1 : 0;
    }
    assertThat(keys.count()).isEqualTo(600);
    assertThat(keys.index(500)).as("not a key of the other thread").isEqualTo(1001);
    assertThat(fresh).isGreaterThan(DRAWS * 6 / 10);
  }
}
