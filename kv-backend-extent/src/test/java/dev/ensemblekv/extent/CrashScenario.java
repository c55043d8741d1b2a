// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * A random history of the engine by itself, with everything as small as can be, so that it rolls,
 * publishes, merges and compacts all the time; and what must hold after a crash.
 */
final class CrashScenario {
  private static final int STEPS = 80;

  /** One of so many disks is opened for writing too, and again; the others are only read. */
  private static final int CLOSER_ONE_IN = 16;

  private final long seed;
  private final KvOptions options;
  private final KvOptions readOnly;

  CrashScenario(long seed) {
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    KvOptions.Builder small =
        KvOptions.builder()
            .set(ExtentOptions.MEMTABLE_KEYS, 16L)
            .set(ExtentOptions.SEGMENT_SIZE, 4096L << random.nextInt(3))
            .set(ExtentOptions.REPLAY_SIZE, 4096L << random.nextInt(3))
            .set(ExtentOptions.SPACE_PERCENT, 110L + random.nextInt(200));
    this.options = small.build();
    this.readOnly = options.toBuilder().set(KvOptions.READ_ONLY, true).build();
  }

  private KvStore open(SimulatedMachine machine) {
    return BareEngine.open(machine, options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static int length(SplittableRandom random) {
    int luck = random.nextInt(16);
    return luck == 0 ? random.nextInt(6000) : luck < 4 ? random.nextInt(700) : random.nextInt(60);
  }

  void run(SimulatedMachine machine, WriteHistory history) {
    SplittableRandom random = new SplittableRandom(seed);
    KvStore store = open(machine);
    for (int i = 0; i < STEPS; i++) {
      byte[] key = bytes("k" + random.nextInt(30));
      byte[] value = bytes("v" + i + "x".repeat(length(random)));
      switch (random.nextInt(16)) {
        case 0, 1 -> history.delete(store, key);
        case 2 -> history.flush(store);
        case 3, 4 ->
            history.write(
                store,
                new KvBatch().put(key, value).delete(bytes("k0")).put(bytes("k9"), value),
                Durability.DEFAULT);
        case 5 ->
            history.write(
                store, new KvBatch().put(key, value).put(bytes("k8"), value), Durability.SYNC);
        case 6, 7 -> machine.executor().runAll();
        case 8 -> machine.executor().advance(Duration.ofSeconds(2));
        case 9 -> compact(store, machine);
        case 10 -> {
          history.close(store);
          store = open(machine);
        }
        default -> history.put(store, key, value);
      }
    }
    history.close(store);
  }

  private static void compact(KvStore store, SimulatedMachine machine) {
    KvTask task = store.compact();
    machine.executor().runAll();
    task.result();
  }

  /** Opens what a crash left, and checks it. */
  void check(SimulatedMachine machine, WriteHistory history) {
    boolean closer = machine.disk().mediumHash() % CLOSER_ONE_IN == 0;
    if (closer || !BareEngine.isThere(machine.disk(), machine.directory())) {
      history.checkReopening(() -> open(machine));
    } else {
      try (KvStore store = BareEngine.open(machine, readOnly)) {
        history.check(store);
      }
      if (machine.disk().changes() > 0) {
        throw new AssertionError("opening for reading has changed something");
      }
    }
  }

  /** Opens what a crash left, and does at once what could make things worse. */
  private void recover(SimulatedMachine machine) {
    try (KvStore store = open(machine)) {
      compact(store, machine);
    }
  }

  CrashExplorer.Builder<WriteHistory> explorerBuilder() {
    return CrashExplorer.<WriteHistory>of(WriteHistory::new, this::run, this::check)
        .seed(seed)
        .outcomes(8)
        .maxSecondPoints(40)
        .recoverOneIn(32)
        .position(WriteHistory::position)
        .recovery(this::recover);
  }

  CrashExplorer<WriteHistory> explorer() {
    return explorerBuilder().build();
  }
}
