// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * One change of the disk fails, each in turn: whatever the store says then, it opens again, and has
 * what it acknowledged.
 */
class FailingDiskTest {
  private static final int STEPS = 40;

  private final Map<String, byte[]> acknowledged = new HashMap<>();
  private final Set<String> unknown = new HashSet<>();

  private static KvStore open(SimulatedMachine machine) {
    KvOptions options =
        KvOptions.builder()
            .set("extent.memtableKeys", "16")
            .set("extent.segmentSize", "64KiB")
            .build();
    return machine.environment().open("extent", machine.directory(), options);
  }

  private void change(KvStore store, String key, byte[] value, boolean deletes) {
    try {
      if (deletes) {
        store.delete(key.getBytes(UTF_8));
        acknowledged.remove(key);
      } else {
        store.put(key.getBytes(UTF_8), value);
        acknowledged.put(key, value);
      }
      unknown.remove(key);
    } catch (KvException e) {
      unknown.add(key);
    }
  }

  private static void attempt(Runnable action) {
    try {
      action.run();
    } catch (KvException e) {
      // what matters is what is there afterwards
    }
  }

  private void history(SimulatedMachine machine, KvStore store) {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < STEPS; i++) {
      String key = "k" + random.nextInt(40);
      change(store, key, new byte[random.nextInt(4000)], random.nextInt(5) == 0);
      if (i % 10 == 9) {
        machine.executor().runAll();
      }
      if (i == STEPS - 1) {
        attempt(store::flush);
        machine.executor().advance(Duration.ofSeconds(2));
        KvTask task = store.compact();
        machine.executor().runAll();
        attempt(task::result);
      }
    }
  }

  /** Returns the number of changes. */
  private long failAt(long change, boolean closes) {
    acknowledged.clear();
    unknown.clear();
    SimulatedMachine machine = new SimulatedMachine(1, builder -> builder);
    KvStore store = open(machine);
    machine.disk().faults().failChange(machine.disk().changes() + change);
    history(machine, store);
    long changes = machine.disk().changes();
    if (closes) {
      attempt(store::close);
    }
    machine.disk().crash();
    try (KvStore again = open(machine.afterKill())) {
      for (int i = 0; i < 40; i++) {
        String key = "k" + i;
        if (!unknown.contains(key)) {
          assertThat(again.get(key.getBytes(UTF_8)))
              .as("%s when change %d failed", key, change)
              .isEqualTo(acknowledged.get(key));
        }
      }
    } catch (KvException e) {
      throw new AssertionError("change " + change + " failed", e);
    }
    return changes;
  }

  @Test
  void whateverFailsTheStoreOpensAgainWithAllThatWasAcknowledged() {
    long changes = failAt(Long.MAX_VALUE / 2, false);
    for (long change = 0; change < changes; change++) {
      failAt(change, change % 2 == 0);
    }
  }
}
