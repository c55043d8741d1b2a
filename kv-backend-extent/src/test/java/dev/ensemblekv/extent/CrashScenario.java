// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import dev.ensemblekv.tck.sim.WriteHistory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random history of the engine by itself, with everything as small as can be, so that it rolls,
 * publishes, merges and compacts all the time; and what must hold after a crash.
 */
final class CrashScenario {
  private static final int STEPS = 100;
  private static final int COLD_STEPS = 60;
  private static final int COLD_ONE_IN = 8;
  private static final int MANY_COLD = 160;
  private static final int COLD_IN_A_BATCH = 40;

  /** Calls after which it is most likely that something is half done. */
  private static final List<String> LAST_CALLS =
      List.of("create", "truncate", "force", "rename", "delete");

  /** One of so many disks is opened for writing too, and again; the others are only read. */
  private static final int CLOSER_ONE_IN = 16;

  private final long seed;
  private final KvOptions options;
  private final KvOptions readOnly;

  private final int keys;

  /** One of so many writes makes what is there durable. */
  private final int forceOneIn;

  private final int longOneIn;

  /** Whether others take the space that the disk has left, before the store does. */
  private final boolean others;

  /**
   * So many keys more are written at the beginning and seldom later. Where there are some, values
   * are long, so that there are many runs small enough to be merged among themselves.
   */
  private final int cold;

  CrashScenario(long seed) {
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    this.cold = seed % COLD_ONE_IN == 0 ? MANY_COLD : 0;
    this.options =
        KvOptions.builder()
            .set(ExtentOptions.ACCESS, ExtentOptions.Access.POSITIONED)
            .set(ExtentOptions.MEMTABLE_KEYS, 16L << random.nextInt(3))
            .set(ExtentOptions.SEGMENT_SIZE, 4096L << random.nextInt(3))
            .set(ExtentOptions.REPLAY_SIZE, 4096L << (cold > 0 ? 0 : random.nextInt(3)))
            .set(ExtentOptions.SPACE_PERCENT, 110L + random.nextInt(200))
            .build();
    this.readOnly = options.toBuilder().set(KvOptions.READ_ONLY, true).build();
    this.keys = cold > 0 ? 2 : 8 << random.nextInt(3);
    this.others = seed % 4 < 2;
    this.forceOneIn = 4 << random.nextInt(4);
    this.longOneIn = cold > 0 ? 1 : 4 << random.nextInt(3);
  }

  private KvStore open(SimulatedMachine machine) {
    return BareEngine.open(machine, options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private int length(SplittableRandom random) {
    if (random.nextInt(longOneIn) == 0) {
      return random.nextInt(
          random.nextInt(8) == 0 ? 20_000 : 5000); // more than segments have room for
    }
    return random.nextInt(random.nextInt(4) == 0 ? 700 : 60);
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

    private boolean isFull;

    /** Whether the disk is full, or was since the store was opened. */
    private boolean isShort;

    Course(SimulatedMachine machine, WriteHistory history) {
      this.machine = machine;
      this.history = history;
      this.process = new SimulatedProcess(machine.executor(), others);
      this.store = start();
    }

    private KvStore start() {
      Disk disk = Meanwhile.disk(process.disk(machine.disk()), this::write);
      return BareEngine.open(machine, disk, process, options);
    }

    void run() {
      alive(this::load);
      for (int i = 0; i < (cold > 0 ? COLD_STEPS : STEPS); i++) {
        alive(this::step);
      }
      makeRoom();
      alive(() -> history.close(store));
    }

    private void load() {
      for (int from = 0; from < cold; from += COLD_IN_A_BATCH) {
        KvBatch batch = new KvBatch();
        for (int i = from; i < from + COLD_IN_A_BATCH; i++) {
          batch.put(bytes("cold" + i), bytes("v" + writes++));
        }
        history.write(store, batch, Durability.DEFAULT);
      }
      if (cold > 0) {
        compact(store, machine);
      }
    }

    private void step() {
      switch (random.nextInt(24)) {
        case 0, 1 -> machine.executor().runAll();
        case 2 -> machine.executor().advance(Duration.ofSeconds(2));
        case 3 -> {
          if (cold == 0 || random.nextInt(4) == 0) { // it merges all runs
            compact(store, machine);
          }
        }
        case 4 -> {
          if (random.nextInt(3) == 0) {
            process.dieAfter(1 + random.nextInt(10));
          }
          history.close(store);
          store = start();
          isShort = isFull;
        }
        case 5 -> process.kill();
        case 6 -> dieSoon();
        case 7 -> {
          isFull = true;
          isShort = true;
          machine.disk().faults().fullAfter(random.nextInt(random.nextBoolean() ? 4000 : 300_000));
        }
        case 8 -> makeRoom();
        default -> write();
      }
    }

    private void dieSoon() {
      if (random.nextBoolean()) {
        process.dieAfter(1 + random.nextInt(60));
      } else {
        process.dieAfterNext(LAST_CALLS.get(random.nextInt(LAST_CALLS.size())));
      }
    }

    private void makeRoom() {
      isFull = false;
      machine.disk().faults().clear();
    }

    /** Does something, after which the store is open, though the process may be another one. */
    private void alive(Runnable action) {
      try {
        action.run();
      } catch (SimulatedProcess.Death e) {
        // It is begun anew below.
      } catch (KvException e) {
        expectShortage(e);
      }
      if (process.isDead()) {
        beginAnew();
      }
    }

    private void expectShortage(KvException e) {
      if (!isShort) {
        throw e;
      }
      if (store.stats().state() == KvState.FAILED) {
        process.kill();
      } else {
        history.settle(store);
      }
    }

    /**
     * Recovers what the death of the process left, maybe of the machine, maybe of more than one.
     */
    private void beginAnew() {
      boolean powerWent = false;
      while (process.isDead()) {
        makeRoom();
        isShort = false;
        if (random.nextInt(3) == 0) {
          powerWent = true;
          machine.disk().losePower(random.nextLong());
        }
        process = new SimulatedProcess(machine.executor(), others);
        try {
          store = start();
          judge(powerWent);
          powerWent = false;
          if (random.nextBoolean()) {
            dieSoon();
            write(); // the first one ends the recovery
          }
        } catch (SimulatedProcess.Death e) {
          // And again.
        }
      }
    }

    private void judge(boolean powerWent) {
      if (powerWent) {
        history.check(store);
        history.beginWith(store);
      } else {
        history.checkAfterKill(store);
        history.settle(store);
      }
    }

    private void write() {
      boolean isCold = cold > 0 && random.nextInt(4) == 0;
      byte[] key = bytes(isCold ? "cold" + random.nextInt(cold) : "k" + random.nextInt(keys));
      byte[] value = bytes("v" + writes++ + "x".repeat(length(random)));
      boolean durable = random.nextInt(forceOneIn) == 0;
      try {
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
      } catch (KvException e) {
        expectShortage(e);
      }
    }
  }

  private static void compact(KvStore store, SimulatedMachine machine) {
    KvTask task = store.compact();
    machine.executor().runAll();
    if (task.state() != KvTask.State.RUNNING) { // or else its process is dead
      task.result();
    }
  }

  /** Opens what a crash left, and checks it. */
  void check(SimulatedMachine machine, WriteHistory history) {
    boolean closer = machine.disk().mediumHash() % CLOSER_ONE_IN == 0;
    if (closer || !BareEngine.isThere(machine.disk(), machine.directory())) {
      history.checkReopening(() -> open(machine));
      checkEnds(machine);
    } else {
      try (KvStore store = BareEngine.open(machine, readOnly)) {
        history.check(store);
      }
      if (machine.disk().changes() > 0) {
        throw new AssertionError("opening for reading has changed something");
      }
    }
  }

  /** Of a segment whose end is known nothing is left behind it, which a repair would read. */
  private static void checkEnds(SimulatedMachine machine) {
    try {
      Path manifest = machine.directory().resolve(Manifest.NAME);
      for (Manifest.SegmentEntry entry :
          Manifest.decode(machine.disk().contents(manifest), manifest).segments()) {
        Path segment = machine.directory().resolve(Segment.name(entry.id()));
        byte[] bytes = machine.disk().contents(segment);
        int used = Segment.usedBytes(bytes, bytes.length);
        if (entry.end() != Manifest.SegmentEntry.OPEN && used > entry.end()) {
          throw new AssertionError(
              segment + " has " + used + " bytes, but its records end at " + entry.end());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
        .outcomes(16)
        .maxSecondPoints(40)
        .recoverOneIn(32)
        .position(WriteHistory::position)
        .recovery(this::recover);
  }

  CrashExplorer<WriteHistory> explorer() {
    return explorerBuilder().build();
  }
}
