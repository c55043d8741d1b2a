// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static dev.ensemblekv.json.Fixture.metric;
import static dev.ensemblekv.json.Fixture.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When changes reach the disk by themselves, under a time that the test moves. */
class PersistWindowTest {
  private final Fixture fixture = new Fixture();

  private int scheduled() {
    return fixture.executor().waitingCount() + fixture.executor().readyCount();
  }

  @Test
  void aChangeIsPersistedWithinTheInterval() {
    KvStore store = fixture.open();
    put(store, "a", "1");
    fixture.pass(99);
    assertThat(fixture.afterKill()).isEmpty();
    fixture.pass(1);
    assertThat(fixture.afterKill()).isEqualTo(Map.of("a", "1"));
    assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void theFirstOfManyChangesSetsTheTime() {
    KvStore store = fixture.open();
    for (int i = 0; i < 10; i++) {
      put(store, "a", "" + i);
      assertThat(scheduled()).isEqualTo(1);
      fixture.pass(10);
    }
    assertThat(fixture.afterKill()).isEqualTo(Map.of("a", "9"));
    assertThat(metric(store, "persists")).isEqualTo(2);
  }

  @Test
  void theIntervalIsAnOptionThatIsRecorded() {
    KvStore store = fixture.open("json.persistInterval", "2s");
    put(store, "a", "1");
    fixture.pass(1999);
    assertThat(metric(store, "persists")).isEqualTo(1);
    fixture.pass(1);
    assertThat(metric(store, "persists")).isEqualTo(2);
    store.close();
    try (KvStore again = fixture.open()) {
      assertThat(metric(again, "persistWindowNanos")).isEqualTo(2_000_000_000L);
    }
  }

  @Test
  void aStoreThatIsIdleHasNothingScheduled() {
    KvStore store = fixture.open();
    assertThat(scheduled()).as("new").isZero();
    put(store, "a", "1");
    assertThat(scheduled()).as("dirty").isEqualTo(1);
    fixture.pass(100);
    assertThat(scheduled()).as("persisted").isZero();
    put(store, "a", "2");
    store.flush();
    assertThat(scheduled()).as("flushed").isZero();
    store.write(new KvBatch().put(bytes("a"), bytes("3")), Durability.SYNC);
    assertThat(scheduled()).as("written synchronously").isZero();
    store.delete(bytes("absent"));
    assertThat(scheduled()).as("nothing deleted").isZero();
    assertThat(store.compareAndSet(bytes("a"), bytes("x"), bytes("4"))).isFalse();
    assertThat(scheduled()).as("nothing replaced").isZero();
    store.close();
    fixture.open().close();
    assertThat(scheduled()).as("closed").isZero();
  }

  @Test
  void everyKindOfChangeIsPersisted() {
    KvStore store = fixture.open();
    put(store, "a", "1");
    fixture.pass(100);
    assertThat(store.compareAndSet(bytes("b"), null, bytes("2"))).isTrue();
    fixture.pass(100);
    assertThat(fixture.afterKill()).isEqualTo(Map.of("a", "1", "b", "2"));
    store.delete(bytes("a"));
    fixture.pass(100);
    assertThat(fixture.afterKill()).isEqualTo(Map.of("b", "2"));
    store.write(new KvBatch().delete(bytes("b")).put(bytes("c"), bytes("3")));
    fixture.pass(100);
    assertThat(fixture.afterKill()).isEqualTo(Map.of("c", "3"));
  }

  @Test
  void aFlushAndASynchronousStoreDoNotWait() {
    KvStore store = fixture.open();
    put(store, "a", "1");
    store.flush();
    assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "1"));
    store.flush();
    assertThat(metric(store, "persists")).as("nothing to flush").isEqualTo(2);
    store.close();
    KvStore sync = fixture.open(KvOptions.builder().set(KvOptions.SYNC, true).build());
    put(sync, "a", "2");
    assertThat(fixture.afterCrash(2)).isEqualTo(Map.of("a", "2"));
    assertThat(sync.compareAndSet(bytes("a"), bytes("2"), null)).isTrue();
    assertThat(fixture.afterCrash(3)).isEmpty();
  }

  @Test
  void aSynchronousDeleteOfAnAbsentKeyMakesAnEarlierDeleteDurable() {
    KvStore store = fixture.open();
    put(store, "a", "1");
    store.flush();
    store.delete(bytes("a"));
    store.write(new KvBatch().delete(bytes("a")), Durability.SYNC);
    assertThat(fixture.afterCrash(1)).isEmpty();
  }

  @Test
  void aStoreThatWasClosedPersistsNoMore() {
    KvStore store = fixture.open();
    put(store, "a", "1");
    store.close();
    long changes = fixture.disk().changes();
    fixture.pass(1000);
    assertThat(fixture.disk().changes()).isEqualTo(changes);
  }

  @Test
  void slowPersistsTakeATenthOfTheTimeAtMost() {
    assertThat(pauseMillisAfterPersistOf(0)).isEqualTo(100);
    assertThat(pauseMillisAfterPersistOf(5)).isEqualTo(90);
    assertThat(pauseMillisAfterPersistOf(50)).isEqualTo(450);
    assertThat(pauseMillisAfterPersistOf(1000)).isEqualTo(9000);
  }

  @Test
  void noPauseIsLongerThanTenSeconds() {
    assertThat(pauseMillisAfterPersistOf(5000)).isEqualTo(10_000);
  }

  /** Measures when a change is written that is made after a persist of some duration. */
  private static long pauseMillisAfterPersistOf(long persistMillis) {
    Fixture fixture = new Fixture();
    KvEnvironment environment =
        KvEnvironment.builder()
            .disk(
                HookedDisk.of(
                    fixture.disk(),
                    () -> fixture.executor().advance(Duration.ofMillis(persistMillis))))
            .executor(fixture.executor())
            .build();
    KvStore store = environment.open("json", fixture.machine.directory(), KvOptions.defaults());
    put(store, "a", "1");
    fixture.executor().advance(Duration.ofSeconds(20));
    assertThat(metric(store, "persists")).isEqualTo(2);
    assertThat(metric(store, "lastPersistNanos"))
        .isEqualTo(Duration.ofMillis(persistMillis).toNanos());
    long window = Duration.ofNanos(metric(store, "persistWindowNanos")).toMillis();

    put(store, "a", "2");
    long start = fixture.executor().nanoTime();
    while (metric(store, "persists") == 2) {
      fixture.executor().advance(Duration.ofMillis(1));
    }
    long done = Duration.ofNanos(fixture.executor().nanoTime() - start).toMillis();
    assertThat(window).isEqualTo(done + persistMillis);
    return done - persistMillis;
  }
}
