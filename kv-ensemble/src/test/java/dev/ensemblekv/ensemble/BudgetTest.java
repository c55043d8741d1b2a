// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import static dev.ensemblekv.ensemble.EnsembleTesting.control;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvBudget;
import dev.ensemblekv.spi.KvEnvironment;
import dev.ensemblekv.tck.sim.ManualExecutor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the substores of an ensemble have together. */
class BudgetTest {
  private static final long MEBIBYTE = 1 << 20;

  private long nanos;
  private final Budget budget = new Budget(1000, 2, MEBIBYTE, () -> nanos);

  /** A store with some memory, which notes what it is told. */
  private final class Store implements KvBudget.Member {
    private long bytes;
    private int asked;
    private int allowed;
    private boolean isGivingBack;
    private final KvBudget.Share share = budget.join(this);

    void use(long now) {
      isGivingBack &= now > bytes;
      bytes = now;
      share.memoryChanged();
    }

    @Override
    public long memoryBytes() {
      return bytes;
    }

    @Override
    public void giveMemoryBack() {
      asked++;
      isGivingBack = true;
    }

    @Override
    public boolean isGivingBack() {
      return isGivingBack;
    }

    @Override
    public void mayBegin() {
      allowed++;
    }
  }

  @Test
  void whatIsAllowedIsInTheStatistics() {
    new Store().use(300);
    budget.rate(5000);
    KvStats.Builder stats = KvStats.builder("spec", "name");
    budget.addTo(stats);
    Map<String, Long> figures =
        stats.build().metrics().stream()
            .collect(Collectors.toMap(KvMetric::name, KvMetric::asLong));
    assertThat(figures)
        .isEqualTo(
            Map.of(
                "memoryUsedBytes", 300L,
                "memoryLimitBytes", 1000L,
                "backgroundTasks", 0L,
                "backgroundTasksWaiting", 0L,
                "backgroundTasksLimit", 2L,
                "backgroundLimitBytesPerSecond", 5000L));
  }

  @Test
  void whoHasMostGivesMemoryBackAndThenTheNext() {
    Store small = new Store();
    Store large = new Store();
    Store middle = new Store();
    small.use(100);
    middle.use(400);
    large.use(500);
    assertThat(large.asked).isZero();
    small.use(200);
    assertThat(List.of(small.asked, middle.asked, large.asked)).containsExactly(0, 0, 1);
    middle.use(450); // still too much: one more, as the largest is about it
    assertThat(List.of(small.asked, middle.asked, large.asked)).containsExactly(0, 1, 1);
    large.use(10);
    small.use(900);
    assertThat(List.of(small.asked, middle.asked, large.asked)).containsExactly(1, 1, 1);
    assertThat(budget.memoryBytes()).isEqualTo(900 + 450 + 10);
    small.share.close();
    assertThat(budget.memoryBytes()).isEqualTo(450 + 10);
  }

  @Test
  void whoHadNothingToGiveIsAskedAgainWhenItHas() {
    Store large = new Store();
    Store idle = new Store();
    idle.use(10);
    large.use(1100);
    large.use(1200);
    assertThat(List.of(large.asked, idle.asked)).containsExactly(1, 1);
    idle.isGivingBack = false; // it looked, and there was nothing
    idle.use(2000);
    assertThat(List.of(large.asked, idle.asked)).containsExactly(1, 2);
  }

  @Test
  void memoryIsShortWhenTheBackgroundDoesNotKeepUp() {
    Store store = new Store();
    store.use(1250);
    assertThat(store.share.isMemoryShort()).isFalse();
    store.use(1251);
    assertThat(store.share.isMemoryShort()).isTrue();
    budget.memoryLimit(1100);
    assertThat(store.share.isMemoryShort()).isFalse();
  }

  @Test
  void aSmallerLimitIsKeptToAtOnce() {
    Store store = new Store();
    store.use(900);
    budget.memoryLimit(800);
    assertThat(store.asked).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 192, 768})
  void whatIsReservedIsWithinTheBudgetHoweverManyThereAre(int stores) {
    budget.memoryLimit(100_000_000);
    budget.expect(stores);
    long reserved = 0;
    for (int i = 0; i < 2 * stores; i++) {
      long given = new Store().share.reserve(100_000_000, 1000);
      assertThat(given).isGreaterThan(1000);
      reserved += given;
    }
    assertThat(reserved).isEqualTo(budget.memoryBytes()).isLessThanOrEqualTo(100_000_000);
    assertThat(new Store().share.reserve(500, 100)).isLessThanOrEqualTo(500);
  }

  @Test
  void soManyWorkAtATimeAndTheOthersInTheirOrder() {
    List<Store> stores = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      stores.add(new Store());
      assertThat(stores.get(i).share.tryBegin()).isEqualTo(i < 2);
    }
    assertThat(stores.get(3).share.tryBegin()).isFalse();
    stores.get(0).share.end();
    assertThat(stores.get(0).share.tryBegin()).isFalse(); // others were before
    assertThat(List.of(stores.get(2).allowed, stores.get(3).allowed)).containsExactly(1, 0);
    assertThat(stores.get(2).share.tryBegin()).isTrue();
    stores.get(1).share.end();
    stores.get(3).share.end(); // does not need it any more
    assertThat(stores.get(0).allowed).isEqualTo(1);
    assertThat(stores.get(0).share.tryBegin()).isTrue();
  }

  @Test
  void whenMoreMayWorkThoseThatWaitBegin() {
    List<Store> stores = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      stores.add(new Store());
      stores.get(i).share.tryBegin();
    }
    assertThat(List.of(budget.running(), budget.waiting())).containsExactly(2, 3);

    budget.places(4);

    assertThat(stores.stream().map(store -> store.allowed)).containsExactly(0, 0, 1, 1, 0);
    assertThat(List.of(budget.running(), budget.waiting())).containsExactly(4, 1);
  }

  @Test
  void whenFewerMayWorkThoseAtWorkComeToTheirEnd() {
    Store first = new Store();
    Store second = new Store();
    Store third = new Store();
    assertThat(first.share.tryBegin() && second.share.tryBegin()).isTrue();
    assertThat(third.share.tryBegin()).isFalse();

    budget.places(1);

    assertThat(budget.running()).isEqualTo(2);
    first.share.end();
    assertThat(third.allowed).isZero();
    second.share.end();
    assertThat(third.allowed).isEqualTo(1);
  }

  @Test
  void whoClosesGivesUpItsTurn() {
    List<Store> stores = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      stores.add(new Store());
      stores.get(i).share.tryBegin();
    }
    stores.get(2).share.close(); // waits
    stores.get(0).share.close(); // works
    assertThat(stores.get(3).allowed).isEqualTo(1);
    stores.get(3).share.close(); // has its turn and has not begun
    assertThat(stores.get(4).allowed).isEqualTo(1);
    assertThat(List.of(stores.get(2).allowed, stores.get(1).allowed)).containsExactly(0, 0);
  }

  @Test
  void allTogetherKeepToTheRate() {
    long pause = 0;
    for (int i = 0; i < 4; i++) {
      pause = new Store().share.written(MEBIBYTE);
    }
    assertThat(TimeUnit.NANOSECONDS.toMillis(pause)).isEqualTo(4000);
    budget.rate(4 * MEBIBYTE);
    assertThat(budget.bytesPerSecond()).isEqualTo(4 * MEBIBYTE);
    pause = new Store().share.written(4 * MEBIBYTE);
    assertThat(TimeUnit.NANOSECONDS.toMillis(pause)).isEqualTo(1000);
    nanos += 2_000_000_000;
    assertThat(new Store().share.written(1)).isZero();
  }

  /** Each of them alone may have 12 MiB and three times that; nothing runs in the background. */
  @Test
  void theSubstoresOfAnEnsembleKeepToItsMemory(@TempDir Path directory) {
    KvEnvironment environment = KvEnvironment.builder().executor(new ManualExecutor()).build();
    KvOptions options =
        KvOptions.builder()
            .set(EnsembleOptions.INITIAL_SUBSTORES, 16L)
            .set(EnsembleOptions.MEMORY, MEBIBYTE)
            .build();
    long most = 0;
    try (KvStore store = environment.open("ensemble:extent", directory.resolve("s"), options)) {
      assertThat(control(store).memory()).isEqualTo(MEBIBYTE);
      SplittableRandom random = new SplittableRandom(5);
      for (int i = 0; i < 100_000; i++) {
        store.put(ByteBuffer.allocate(16).putLong(8, random.nextLong()).array(), new byte[1]);
        if (i % 100 == 0) {
          most = Math.max(most, store.stats().metric("memoryUsedBytes").orElseThrow().asLong());
        }
      }
      assertThat(store.size()).isEqualTo(100_000);
      control(store).memory(0);
      assertThat(control(store).memory()).isGreaterThan(MEBIBYTE);
      control(store).backgroundRate(MEBIBYTE);
      assertThat(control(store).backgroundRate()).isEqualTo(MEBIBYTE);
      assertThatThrownBy(() -> control(store).backgroundRate(1))
          .hasMessageContaining("backgroundRate");
      control(store).backgroundTasks(7);
      assertThat(control(store).backgroundTasks()).isEqualTo(7);
      control(store).backgroundTasks(0);
      assertThat(control(store).backgroundTasks())
          .isEqualTo(Runtime.getRuntime().availableProcessors());
      assertThatThrownBy(() -> control(store).backgroundTasks(-1))
          .hasMessageContaining("backgroundTasks");
    }
    assertThat(most).isBetween(MEBIBYTE, 2 * MEBIBYTE);
  }
}
