// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
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

  private final int keys;

  /** One of so many writes makes what is there durable. */
  private final int forceOneIn;

  private final int longOneIn;

  CrashScenario(long seed) {
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    this.options =
        KvOptions.builder()
            .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
            .set(ExtentOptions.MEMTABLE_KEYS, 16L << random.nextInt(3))
            .set(ExtentOptions.SEGMENT_SIZE, 4096L << random.nextInt(3))
            .set(ExtentOptions.REPLAY_SIZE, 4096L << random.nextInt(3))
            .set(ExtentOptions.SPACE_PERCENT, 110L + random.nextInt(200))
            .build();
    this.readOnly = options.toBuilder().set(KvOptions.READ_ONLY, true).build();
    this.keys = 8 << random.nextInt(3);
    this.forceOneIn = 4 << random.nextInt(4);
    this.longOneIn = 4 << random.nextInt(3);
  }

  private KvStore open(SimulatedMachine machine) {
    return BareEngine.open(machine, options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private int length(SplittableRandom random) {
    int most = random.nextInt(longOneIn) == 0 ? 5000 : random.nextInt(4) == 0 ? 700 : 60;
    return random.nextInt(most);
  }

  void run(SimulatedMachine machine, WriteHistory history) {
    new Course(machine, history).run();
  }

  /** One course of the history, from the first opening to the last closing. */
  private final class Course {
    private final SimulatedMachine machine;
    private final WriteHistory history;
    private final SplittableRandom random = new SplittableRandom(seed);
    private SimulatedProcess process;
    private KvStore store;
    private int writes;

    Course(SimulatedMachine machine, WriteHistory history) {
      this.machine = machine;
      this.history = history;
      this.process = new SimulatedProcess(machine.executor());
      this.store = start();
    }

    private KvStore start() {
      Disk disk = Meanwhile.disk(machine.disk(), this::write);
      return BareEngine.open(machine, disk, process, options);
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(16)) {
          case 0, 1 -> machine.executor().runAll();
          case 2 -> machine.executor().advance(Duration.ofSeconds(2));
          case 3 -> compact(store, machine);
          case 4 -> {
            history.close(store);
            store = start();
          }
          case 5 -> {
            process.kill();
            process = new SimulatedProcess(machine.executor());
            store = start();
            history.checkAfterKill(store);
          }
          default -> write();
        }
      }
      history.close(store);
    }

    private void write() {
      byte[] key = bytes("k" + random.nextInt(keys));
      byte[] value = bytes("v" + writes++ + "x".repeat(length(random)));
      boolean durable = random.nextInt(forceOneIn) == 0;
      switch (random.nextInt(8)) {
        case 0, 1 -> history.delete(store, key);
        case 2, 3 ->
            history.write(
                store,
                new KvBatch().put(key, value).delete(bytes("k0")).put(bytes("k9"), value),
                durable ? Durability.SYNC : Durability.DEFAULT);
        default -> {
          history.put(store, key, value);
          if (durable) {
            history.flush(store);
          }
        }
      }
    }
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
