// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvTask.Problem;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.sim.DiskOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the disk can do to an engine, short of a crash. */
class DiskFaultsTest {
  private final SmallEngine engine = new SmallEngine(SmallEngine.OPTIONS);

  @Test
  void wherverTheDiskIsFullTheStoreGoesOnWhenThereIsSpace() {
    for (int free = 0; free < 60_000; free += 397) {
      SmallEngine full = new SmallEngine(SmallEngine.OPTIONS);
      full.disk().faults().fullAfter(free);
      Map<Integer, String> stored = new HashMap<>();
      int refused = 0;
      for (int i = 0; i < 150 && refused < 3; i++) {
        String value = i + "x".repeat(i % 7 * 150);
        try {
          full.put(i % 60, value);
          stored.put(i % 60, value);
        } catch (StoreFullException e) {
          refused++;
        }
        full.work();
        assertThat(full.store.stats().state())
            .as("with %d bytes", free)
            .isNotEqualTo(KvState.FAILED);
      }
      assertHas(full, stored);
      full.disk().faults().clear();
      full.machine.executor().advance(java.time.Duration.ofSeconds(3));
      full.put(100, "there is space");
      stored.put(100, "there is space");
      assertHas(full, stored);
      assertThat(full.store.stats().state()).isEqualTo(KvState.OPEN);
      full.reopen();
      assertHas(full, stored);
      assertThat(full.verify().problems()).isEmpty();
    }
  }

  private static void assertHas(SmallEngine engine, Map<Integer, String> stored) {
    stored.forEach((key, value) -> assertThat(engine.get(key)).isEqualTo(value));
    assertThat(engine.store.size()).isEqualTo(stored.size());
  }

  @Test
  void afterAFailedForceNothingIsForcedAgainAndReadsGoOn() {
    engine.put(1, "one");
    engine.store.flush();
    engine.put(2, "two");
    engine.disk().faults().fail(DiskOperation.FORCE, 0);
    assertThatThrownBy(engine.store::flush).isInstanceOf(KvException.class);
    assertThat(engine.store.stats().state()).isEqualTo(KvState.FAILED);
    int[] forces = {0};
    engine
        .disk()
        .faults()
        .fail(
            DiskOperation.FORCE,
            path -> {
              forces[0]++;
              return false;
            },
            0,
            1);
    assertThatThrownBy(engine.store::flush).isInstanceOf(StoreFailedException.class);
    assertThatThrownBy(() -> engine.put(3, "three")).isInstanceOf(StoreFailedException.class);
    engine.machine.executor().advance(java.time.Duration.ofSeconds(5));
    assertThat(engine.get(1)).isEqualTo("one");
    assertThat(engine.get(2)).isEqualTo("two");
    assertThatThrownBy(engine.store::close).isInstanceOf(StoreFailedException.class);
    assertThat(forces[0]).isZero();
    SmallEngine next = new SmallEngine(engine.machine.afterCrash(1), engine.options);
    assertThat(next.get(1)).isEqualTo("one");
  }

  private void fill() {
    for (int key = 0; key < 100; key++) {
      engine.put(key, "x".repeat(200));
    }
    engine.compact();
    for (int key = 0; key < 10; key++) {
      engine.put(key, "again");
    }
    engine.store.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"segment-", "run-"})
  void damageIsFoundByVerifyWithThePathOfItsFile(String kind) throws IOException {
    fill();
    for (String name : engine.disk().list(engine.machine.directory())) {
      if (name.startsWith(kind)) {
        assertFound(engine.path(name));
      }
    }
  }

  private void assertFound(Path path) throws IOException {
    byte[] intact = engine.disk().contents(path);
    for (int at : new int[] {80, intact.length / 2, intact.length - 9}) {
      engine.disk().damage(path, intact);
      engine.disk().flipBit(path, at, 1);
      assertThat(damaged()).as("byte %d of %d of %s", at, intact.length, path).contains(path);
    }
    engine.disk().damage(path, intact);
  }

  /** Returns what a verification finds damaged, or the opening, which reads the end of the log. */
  private List<Path> damaged() {
    try {
      SmallEngine found = new SmallEngine(engine.machine.afterKill(), engine.options);
      return found.verify().problems().stream().map(Problem::path).toList();
    } catch (CorruptionException e) {
      return e.path().stream().toList();
    }
  }

  @Test
  void aDamagedHeaderOrManifestIsToldAtOpeningWithItsPath() throws IOException {
    fill();
    for (String name : engine.disk().list(engine.machine.directory())) {
      Path path = engine.path(name);
      byte[] intact = engine.disk().contents(path);
      engine.disk().flipBit(path, 20, 5);
      assertThatThrownBy(() -> new SmallEngine(engine.machine.afterKill(), engine.options))
          .as(name)
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.path()).contains(path));
      engine.disk().damage(path, intact);
    }
    assertThat(new SmallEngine(engine.machine.afterKill(), engine.options).get(5))
        .isEqualTo("again");
  }
}
