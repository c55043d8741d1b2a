// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.report.Point;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {
  private static final int DRAWS = 200_000;

  private static Map<Call, Integer> percents(String name) {
    Workload workload = new Workloads(Map.of()).get(name);
    Map<Call, Integer> percents = new EnumMap<>(Call.class);
    IntStream.range(0, 100).forEach(i -> percents.merge(workload.call(i), 1, Integer::sum));
    return percents;
  }

  @Test
  void theCallsAreThoseOfYcsb() {
    assertThat(percents("A")).isEqualTo(Map.of(Call.READ, 50, Call.UPDATE, 50));
    assertThat(percents("B")).isEqualTo(Map.of(Call.READ, 95, Call.UPDATE, 5));
    assertThat(percents("C")).isEqualTo(Map.of(Call.READ, 100));
    assertThat(percents("D")).isEqualTo(Map.of(Call.READ, 95, Call.INSERT, 5));
    assertThat(percents("E")).isEqualTo(Map.of(Call.SCAN, 95, Call.INSERT, 5));
    assertThat(percents("F")).isEqualTo(Map.of(Call.READ, 50, Call.CHANGE, 50));
  }

  @Test
  void aLineTellsAllThatIsOtherwise() {
    Setting usual = new Setting(1000, 2, false, 100);
    Workload workload =
        Workload.parse("x", "90 read,10 delete, sync, 8 threads, 50 bytes, 10 % data, 3 passes");
    assertThat(workload.setting(usual)).isEqualTo(new Setting(50, 8, true, 10));
    assertThat(workload.passes()).isEqualTo(3);
    assertThat(workload.popularity()).isEqualTo(Popularity.UNIFORM);
    assertThat(Workload.parse("y", "100 read, latest").popularity()).isEqualTo(Popularity.LATEST);
    assertThat(Workload.parse("y", "100 read").setting(usual)).isEqualTo(usual);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "100", "99 read", "100 reads", "100 read, 0 threads", "read, 100"})
  void whatIsNoWorkloadIsRefused(String line) {
    assertThatThrownBy(() -> Workload.parse("mine", line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("workload mine: ");
  }

  @Test
  void aNameThatIsNotKnownIsRefusedWithThoseThatAre() {
    assertThatThrownBy(() -> new Workloads(Map.of("mine", "100 read")).get("other"))
        .hasMessageContaining("'other'; there are load, A, B, C,")
        .hasMessageContaining("mine");
  }

  @Test
  void aDeletedKeyIsToBeAbsentUntilItIsPutAgain() {
    OwnKeys keys = new OwnKeys(new Stored("none", Path.of(""), new Pairs(1, 10), 10, 1), 0);
    byte[] first = keys.first(3);
    keys.check(3, first);
    assertThat(IntStream.range(0, 4).map(i -> keys.delete())).containsExactly(0, 1, 2, 3);
    assertThat(keys.live()).isEqualTo(6);
    keys.check(3, null);
    assertThatThrownBy(() -> keys.check(3, first)).hasMessageContaining("has key 3, deleted");
    byte[] second = keys.update(3);
    keys.check(3, second);
    assertThatThrownBy(() -> keys.check(3, first)).hasMessageContaining("a wrong value for key 3");
    assertThatThrownBy(() -> keys.check(3, null)).hasMessageContaining("a wrong value for key 3");
  }

  @Test
  void thePaceIsCallsPerSecondOfEachTenth() {
    Pace pace = new Pace();
    Pace other = new Pace();
    for (int i = 0; i < 30; i++) {
      pace.count(i * 10_000_000L);
      other.count(150_000_000);
    }
    pace.add(other);
    assertThat(pace.points())
        .containsExactly(new Point(0.05, 100, false), new Point(0.15, 400, false));
  }

  @Test
  void aLongRunHasNoMorePointsThanAShortOne() {
    Pace pace = new Pace();
    for (int second = 0; second < 100; second++) {
      pace.count(second * 1_000_000_000L);
    }
    assertThat(pace.points()).hasSizeBetween(50, 60);
    assertThat(pace.points().get(0).x()).isEqualTo(0.85);
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
      fresh += keys.choose(Popularity.LATEST) >= 500 ? 1 : 0;
    }
    assertThat(keys.count()).isEqualTo(600);
    assertThat(keys.index(500)).as("not a key of the other thread").isEqualTo(1001);
    assertThat(fresh).isGreaterThan(DRAWS * 6 / 10);
  }

  @Test
  void eachKeyIsDeletedOnceUntilThereIsNone() {
    OwnKeys keys = new OwnKeys(new Stored("none", Path.of(""), new Pairs(1, 10), 5, 1), 0);
    assertThat(IntStream.range(0, 3).map(i -> keys.delete())).containsExactly(0, 1, 2);
    keys.update(1); // is there again
    keys.insert();
    assertThat(IntStream.range(0, 4).map(i -> keys.delete())).containsExactly(3, 4, 5, 1);
    assertThat(keys.delete()).isNegative();
    assertThat(keys.live()).isZero();
  }
}
