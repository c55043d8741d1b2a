// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("JavaUtilDate") // which is what a JMX client gets
class TopViewTest {
  private static final int MANY = 1000;

  private final Map<String, Object> store =
      new HashMap<>(
          Map.of(
              "Name", "music",
              "Spec", "ensemble:extent",
              "Path", "/data/music",
              "State", "OPEN",
              "Problem", "",
              "KeysAtMost", 1_234_567L,
              "LiveBytesAtMost", 3L << 20,
              "StatisticsSince", new Date(10_000)));
  private final Map<String, Object> get =
      new HashMap<>(
          Map.of(
              "Operation",
              "get",
              "Calls",
              1000L,
              "Failures",
              2L,
              "SampledMeanMicros",
              1.5,
              "SampledMaxMicros",
              4321.0,
              "SampledP99Micros",
              Double.NaN));
  private final Map<String, Object> ensemble =
      new HashMap<>(
          Map.of(
              "SubstoreCount",
              2,
              "Splits",
              1L,
              "QueuedSplits",
              3,
              "Phase",
              "COPYING",
              "Donor",
              "0001",
              "Target",
              "0002",
              "Progress",
              0.5,
              "RemainingMillis",
              12_300L));

  private StoreSample sample(long millis, int substores) {
    List<StoreSample.Substore> rows = new ArrayList<>();
    for (int i = 0; i < substores; i++) {
      Map<String, Object> figures =
          Map.of("fill", 0.1, "keysAtMost", 1000L, "bytesAtMost", 2048L, "state", "OPEN");
      rows.add(new StoreSample.Substore("000" + i, new Attributes(figures)));
    }
    return new StoreSample(
        millis,
        new Attributes(Map.copyOf(store)),
        List.of(new Attributes(Map.copyOf(get))),
        substores == 0 ? Optional.empty() : Optional.of(new Attributes(Map.copyOf(ensemble))),
        rows);
  }

  private static List<String> view(StoreSample now) {
    return TopView.of(now, null, MANY, MANY);
  }

  @Test
  void theFirstViewTellsAveragesSinceTheStoreBeganToCount() {
    store.putAll(Map.of("ReadBytes", 4096L, "Hits", 3L, "Misses", 1L));
    assertThat(view(sample(14_000, 0)))
        .containsExactly(
            "music  ensemble:extent  OPEN  /data/music",
            "keys at most 1,234,567   live at most 3.0 MiB   dead ?   disk ?   unsynced ?",
            "read 1.0 KiB/s   written 0 B/s   hits 75 %   over 4.0 s",
            "",
            "operation          calls/s           calls    failed   mean us    p50 us    p99 us"
                + "  p99.9 us    max us",
            "get                    250           1,000         2       1.5         -         -"
                + "         -     4,321");
  }

  @Test
  void laterViewsTellWhatHappenedInBetween() {
    StoreSample before = sample(14_000, 0);
    store.putAll(Map.of("WrittenBytes", 3072L, "KeysExact", true));
    get.put("Calls", 1600L);
    List<String> view = TopView.of(sample(16_000, 0), before, MANY, MANY);
    assertThat(view.get(1)).startsWith("keys 1,234,567   ");
    assertThat(view.get(2)).isEqualTo("read 0 B/s   written 1.5 KiB/s   hits -   over 2.0 s");
    assertThat(view.get(5)).matches("get +300 +1,600 .*");
  }

  @Test
  void countersThatWereResetAreNoNegativeRates() {
    StoreSample before = sample(14_000, 0);
    get.put("Calls", 10L);
    assertThat(TopView.of(sample(15_000, 0), before, MANY, MANY).get(5)).matches("get +10 +10 .*");
  }

  @Test
  void anEnsembleShowsItsSplitAndItsSubstores() {
    List<String> view = view(sample(14_000, 2));
    assertThat(view.subList(7, view.size()))
        .containsExactly(
            "2 substores   1 split done   3 waiting   growth COPYING",
            "0001 -> 0002  [###############---------------]  50 %  COPYING  12.3 s to go",
            "0000   [###---------------------------]  10 %          1,000 keys     2.0 KiB  OPEN",
            "0001   [###---------------------------]  10 %          1,000 keys     2.0 KiB  OPEN");
  }

  @Test
  void whatIsWrongIsSaid() {
    store.putAll(Map.of("State", "DEGRADED", "Problem", "substore 0001:\na fault"));
    ensemble.putAll(Map.of("Paused", true, "Problem", "no space"));
    assertThat(view(sample(14_000, 1)))
        .contains("growth problem: no space")
        .anyMatch(line -> line.startsWith("problem: substore 0001:") && line.endsWith("a fault"))
        .anyMatch(line -> line.endsWith("growth PAUSED, COPYING"))
        .noneMatch(line -> line.contains("\n"));
  }

  @Test
  void theViewFitsTheScreen() {
    List<String> view = TopView.of(sample(14_000, 9), null, 40, 20);
    assertThat(view).hasSize(20).allMatch(line -> line.length() <= 40);
    assertThat(view.get(19)).isEqualTo("and 5 more that are less full");
    assertThat(TopView.of(sample(14_000, 9), null, 40, 3)).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 80, 120})
  void aNarrowScreenHasAllThatMatters(int columns) {
    List<String> view = TopView.of(sample(14_000, 2), null, columns, MANY);
    assertThat(view).allMatch(line -> line.length() <= columns);
    assertThat(String.join("\n", view))
        .contains(
            "music", "OPEN", "/data/music", "keys at most 1,234,567", "unsynced ?", "over 4.0 s")
        .contains("calls/s", "failed", "p50 us", "p99 us")
        .contains("growth COPYING", "0001 -> 0002", "50 %", "12.3 s to go")
        .contains("1,000 keys     2.0 KiB  OPEN\n");
  }

  @Test
  void aNarrowScreenHasTheColumnsThatMatterMost() {
    assertThat(TopView.of(sample(14_000, 0), null, 60, MANY))
        .endsWith(
            "operation          calls/s    failed    p50 us    p99 us",
            "get                    250         2         -         -");
    assertThat(TopView.of(sample(14_000, 0), null, 80, MANY))
        .endsWith(
            "operation          calls/s    failed   mean us    p50 us    p99 us    max us",
            "get                    250         2       1.5         -         -     4,321");
  }

  @Test
  void viewsFollowOneAnotherUntilTheScreenIsLeft() {
    AtomicInteger samples = new AtomicInteger();
    List<String> rates = new ArrayList<>();
    Screen screen =
        new Screen() {
          @Override
          public int columns() {
            return MANY;
          }

          @Override
          public int rows() {
            return MANY;
          }

          @Override
          public void draw(List<String> lines) {
            rates.add(lines.get(2).replaceFirst(".* over ", ""));
          }

          @Override
          public boolean isLeftWithin(int millis) {
            return rates.size() == 3;
          }

          @Override
          public void close() {}
        };
    TopCommand.show(() -> sample(14_000 + 1000 * samples.incrementAndGet(), 0), screen);
    assertThat(rates).containsExactly("5.0 s", "1.0 s", "1.0 s");
  }
}
