// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import static dev.ensemblekv.json.Fixture.bytes;
import static dev.ensemblekv.json.Fixture.metric;
import static dev.ensemblekv.json.Fixture.pairs;
import static dev.ensemblekv.json.Fixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A disk that refuses: nothing is lost while the store is open, and everybody who must hears of it.
 */
class PersistFailureTest {
  private final Fixture fixture = new Fixture();
  private final KvStore store = fixture.open();

  @Test
  void aFullDiskIsToldToTheNextWriteOnceAndTheStoreWorksOn() {
    put(store, "a", "1");
    fixture.disk().faults().fullAfter(0);
    fixture.pass(100);
    assertThat(store.stats().state()).isEqualTo(KvState.DEGRADED);
    assertThat(store.stats().problem().orElseThrow()).contains("No space left");

    assertThatThrownBy(() -> put(store, "a", "2")).isInstanceOf(StoreFullException.class);
    assertThat(pairs(store)).as("nothing changed").isEqualTo(Map.of("a", "1"));
    put(store, "a", "3");
    store.delete(bytes("b"));
    assertThat(pairs(store)).isEqualTo(Map.of("a", "3"));

    fixture.disk().faults().clear();
    fixture.pass(10_000);
    assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    assertThat(store.stats().problem()).isEmpty();
    assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "3"));
  }

  @Test
  void everyKindOfWriteIsToldAndThenChangesNothing() {
    put(store, "a", "1");
    fixture.disk().faults().fullAfter(0);
    fixture.pass(100);
    assertThatThrownBy(() -> store.delete(bytes("a"))).isInstanceOf(StoreFullException.class);
    fixture.pass(10_000);
    assertThatThrownBy(() -> store.compareAndSet(bytes("a"), bytes("1"), null))
        .isInstanceOf(StoreFullException.class);
    fixture.pass(10_000);
    assertThatThrownBy(() -> store.write(new KvBatch().delete(bytes("a"))))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("write on store");
    assertThat(pairs(store)).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void aFailureThatIsOverIsNotTold() {
    put(store, "a", "1");
    fixture.disk().faults().fail(DiskOperation.FORCE, 0);
    fixture.pass(100);
    assertThat(store.stats().state()).isEqualTo(KvState.DEGRADED);
    fixture.pass(1000);
    assertThat(store.stats().state()).isEqualTo(KvState.OPEN);
    put(store, "a", "2");
    assertThat(metric(store, "failedPersists")).isEqualTo(1);
  }

  @Test
  void failuresAreTriedAgainAtGrowingIntervalsUpToTenSeconds() {
    put(store, "a", "1");
    fixture.disk().faults().fullAfter(0);
    fixture.pass(100);
    assertThat(metric(store, "failedPersists")).isEqualTo(1);
    fixture.pass(199);
    assertThat(metric(store, "failedPersists")).isEqualTo(1);
    fixture.pass(1);
    assertThat(metric(store, "failedPersists")).isEqualTo(2);
    fixture.pass(400);
    assertThat(metric(store, "failedPersists")).isEqualTo(3);
    fixture.pass(60_000);
    long failures = metric(store, "failedPersists");
    fixture.pass(10_000);
    assertThat(metric(store, "failedPersists")).isEqualTo(failures + 1);
    fixture.disk().faults().clear();
    fixture.pass(10_000);
    put(store, "a", "2");
    fixture.pass(100);
    assertThat(fixture.afterKill()).as("no longer stretched").isEqualTo(Map.of("a", "2"));
  }

  @Test
  void flushThrowsAsLongAsTheDiskIsFull() {
    put(store, "a", "1");
    fixture.disk().faults().fullAfter(10);
    assertThatThrownBy(store::flush).isInstanceOf(StoreFullException.class);
    assertThatThrownBy(store::flush).isInstanceOf(StoreFullException.class);
    put(store, "b", "2");
    fixture.disk().faults().clear();
    store.flush();
    assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "1", "b", "2"));
  }

  @Test
  void aSynchronousWriteThatFailedStaysInMemoryAndIsPersistedLater() {
    fixture.disk().faults().fullAfter(0);
    KvBatch batch = new KvBatch().put(bytes("a"), bytes("1"));
    assertThatThrownBy(() -> store.write(batch, Durability.SYNC))
        .isInstanceOf(StoreFullException.class);
    assertThat(pairs(store)).isEqualTo(Map.of("a", "1"));
    assertThatThrownBy(() -> store.write(batch, Durability.SYNC))
        .isInstanceOf(StoreFullException.class);
    fixture.disk().faults().clear();
    fixture.pass(100);
    assertThat(fixture.afterCrash(1)).isEqualTo(Map.of("a", "1"));
    store.write(new KvBatch().put(bytes("b"), bytes("2")), Durability.SYNC);
    assertThat(fixture.afterCrash(2)).isEqualTo(Map.of("a", "1", "b", "2"));
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskOperation.class,
      names = {"CREATE", "WRITE", "FORCE", "RENAME", "SYNC_DIRECTORY", "DELETE"})
  void aPersistThatFailedAnywhereIsMadeGoodByTheNext(DiskOperation operation) {
    put(store, "a", "1");
    store.flush();
    put(store, "a", "2");
    fixture.disk().faults().fail(operation, 0);
    assertThatThrownBy(store::flush)
        .isInstanceOf(KvException.class)
        .hasMessageContaining("data.json");
    for (int fate = 0; fate < 50; fate++) {
      assertThat(fixture.afterCrash(fate).get("a")).isIn("1", "2");
    }
    put(store, "b", "3");
    store.flush();
    for (int fate = 0; fate < 50; fate++) {
      assertThat(fixture.afterCrash(fate)).isEqualTo(Map.of("a", "2", "b", "3"));
    }
    KvTask task = store.verify();
    fixture.executor().runAll();
    assertThat(task.result().problems()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = DiskOperation.class,
      names = {"WRITE", "FORCE", "RENAME", "SYNC_DIRECTORY"})
  void verifyFindsNothingWrongAfterAPersistThatFailed(DiskOperation operation) {
    put(store, "a", "1");
    store.flush();
    put(store, "a", "2");
    fixture.disk().faults().fail(operation, 0);
    assertThatThrownBy(store::flush).isInstanceOf(KvException.class);
    KvTask task = store.verify();
    fixture.executor().runAll();
    assertThat(task.result().problems()).isEmpty();
  }

  @Test
  void closeThrowsIfTheLastPersistFailsButReleasesEverything() {
    put(store, "a", "1");
    store.flush();
    put(store, "a", "2");
    fixture.disk().faults().fullAfter(0);
    assertThatThrownBy(store::close)
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("lost");
    store.close();
    fixture.disk().faults().clear();
    fixture.pass(10_000);
    try (KvStore again = fixture.open()) {
      assertThat(pairs(again)).isEqualTo(Map.of("a", "1"));
    }
  }

  @Test
  void aStoreThatCannotBeCreatedLeavesNothingInTheWay() throws IOException {
    store.close();
    Fixture other = new Fixture();
    other
        .disk()
        .faults()
        .fail(DiskOperation.FORCE, other.file().resolveSibling("data.json.tmp")::equals, 0, 1);
    assertThatThrownBy(other::open).isInstanceOf(KvException.class);
    try (KvStore created = other.open()) {
      assertThat(created.size()).isZero();
    }
  }

  @Test
  void whatACrashLeftOfAFileIsRemovedAtOpen() throws IOException {
    store.close();
    var temporary = fixture.file().resolveSibling("data.json.tmp");
    fixture.disk().create(temporary).close();
    fixture.open("readOnly", "true").close();
    assertThat(fixture.disk().exists(temporary)).isTrue();
    fixture.open().close();
    assertThat(fixture.disk().exists(temporary)).isFalse();
  }
}
