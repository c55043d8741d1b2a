// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreClosedException;
import dev.ensemblekv.spi.GroupLock;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import dev.ensemblekv.tck.sim.SimulatedMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** What threads of a store do at the same time, and what must hold whatever order they take. */
@SuppressWarnings("ImmutableEnumChecker") // what it is made of has no state
enum Race {
  /** Look-ups in a memtable beside insertions, of which one replaces its table by a greater one. */
  MEMTABLE(200, MemtableRace::new),
  /** What was retired is not disposed of under those who may have found it. */
  PINS(800, PinsRace::new),
  /** Two wait for a lock, or for the work of who holds it. */
  GROUP(300, GroupRace::new),
  /** Durable puts share the forces of the log. */
  FORCING(200, ForcingRace::new),
  /** Frozen memtables become runs, and runs one, beside reads and writes. */
  PUBLISHING(100, PublishingRace::new),
  /** Records move beside puts, deletes, batches and comparisons of their keys. */
  RELOCATION(100, RelocationRace::new),
  /** Two threads compare and set one key beside its move. */
  COMPARE_AND_SET(100, CompareAndSetRace::new),
  /** A store is closed beside calls and an iteration. */
  CLOSING(100, ClosingRace::new);

  private final int most;
  private final Supplier<Interleavings.Scenario> scenarios;

  Race(int most, Supplier<Interleavings.Scenario> scenarios) {
    this.most = most;
    this.scenarios = scenarios;
  }

  /** The search with the engine of whoever loads it. */
  static final class Search implements Supplier<String> {
    private final String race;
    private final long seed;
    private final int effort;

    Search(String race, long seed, int effort) {
      this.race = race;
      this.seed = seed;
      this.effort = effort;
    }

    /** Returns what was found; empty: nothing. */
    @Override
    public String get() {
      Race found = valueOf(race);
      try {
        new Interleavings(found.scenarios, found.most * effort, seed).search();
        return "";
      } catch (AssertionError e) {
        return String.valueOf(e.getMessage());
      }
    }
  }

  private static final class MemtableRace implements Interleavings.Scenario {
    private static final int KEYS = 44; // the next one makes the table grow

    private final Memtable memtable = new Memtable();

    MemtableRace() {
      for (int key = 0; key < KEYS; key++) {
        put(key, key + 1);
      }
    }

    private void put(int key, long location) {
      memtable.put(order(key), key, location);
    }

    private long find(int key) {
      return memtable.find(order(key), key);
    }

    private static long order(int key) {
      return key % 5 * (1L << 40) + key + 1;
    }

    @Override
    public List<Runnable> threads() {
      return List.of(this::write, this::read);
    }

    private void write() {
      put(0, 1000);
      put(KEYS, KEYS + 1);
      put(1, 1001);
      put(KEYS + 1, KEYS + 2);
    }

    private void read() {
      long last = find(KEYS + 1);
      long second = find(1);
      long next = find(KEYS);
      long first = find(0);
      assertThat(last).isIn(0L, KEYS + 2L);
      assertThat(second).isIn(last == 0 ? List.of(2L, 1001L) : List.of(1001L));
      assertThat(next).isIn(second == 2 ? List.of(0L, KEYS + 1L) : List.of(KEYS + 1L));
      assertThat(first).isIn(next == 0 ? List.of(1L, 1000L) : List.of(1000L));
      assertThat(memtable.find(0, 0)).as("a key that was never put").isEqualTo(Location.NONE);
      Entries entries = memtable.entries(HashRange.ALL);
      assertThat(entries.count()).isBetween(KEYS, KEYS + 2);
      assertThat(find(7)).isEqualTo(8);
    }

    @Override
    public void check() {
      assertThat(memtable.count()).isEqualTo(KEYS + 2);
      assertThat(find(0)).isEqualTo(1000);
      assertThat(find(KEYS + 1)).isEqualTo(KEYS + 2);
    }
  }

  private static final class PinsRace implements Interleavings.Scenario {
    private final Pins pins = new Pins();
    private final AtomicReference<Thing> current = new AtomicReference<>(new Thing());

    /** What may be looked at only until it is disposed of. */
    private static final class Thing {
      private volatile boolean isGone;
    }

    @Override
    public List<Runnable> threads() {
      return List.of(this::read, this::replace);
    }

    private void read() {
      for (int i = 0; i < 2; i++) {
        int slot = pins.enter();
        Thing thing = Objects.requireNonNull(current.get());
        assertThat(thing.isGone).isFalse();
        assertThat(thing.isGone).isFalse();
        pins.leave(slot);
      }
    }

    private void replace() {
      for (int i = 0; i < 3; i++) {
        Thing old = current.getAndSet(new Thing());
        pins.retire(() -> old.isGone = true);
      }
    }

    @Override
    public void check() {
      assertThat(pins.disposeOfWhatCanBe()).isFalse();
    }
  }

  private static final class GroupRace implements Interleavings.Scenario {
    private final AtomicLong asked = new AtomicLong();
    private final GroupLock lock = new GroupLock(this::reached);
    private volatile long reached;
    private volatile boolean isHeld;

    private long reached() {
      return reached;
    }

    @Override
    public List<Runnable> threads() {
      return List.of(this::ask, this::ask, this::workForAll);
    }

    private void ask() {
      long goal = asked.incrementAndGet();
      if (lock.lockUnlessReached(goal)) {
        work();
      }
      assertThat(reached).isGreaterThanOrEqualTo(goal);
    }

    private void workForAll() {
      lock.lock();
      work();
    }

    private void work() {
      assertThat(isHeld).isFalse();
      isHeld = true;
      reached = asked.get();
      isHeld = false;
      lock.unlock();
    }

    @Override
    public void check() {
      assertThat(reached).isEqualTo(2);
    }
  }

  private static final class ForcingRace implements Interleavings.Scenario {
    private static final int SEGMENT = 1;

    private final SmallEngine engine =
        new SmallEngine(SmallEngine.OPTIONS.toBuilder().set(KvOptions.SYNC, true).build());

    @Override
    public List<Runnable> threads() {
      return List.of(() -> put(1), () -> put(2));
    }

    private void put(int key) {
      engine.put(key, "value" + key);
      checkIsDurable(key);
    }

    private void checkIsDurable(int key) {
      for (int fate = 0; fate < 4; fate++) {
        assertThat(afterCrash(fate)).as("what a crash leaves").contains("value" + key);
      }
    }

    private String afterCrash(long fate) {
      SimulatedDisk disk = engine.machine.afterCrash(fate).disk();
      Path segment = engine.path(Segment.name(SEGMENT));
      try {
        return new String(disk.contents(segment), ISO_8859_1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void check() {
      checkIsDurable(1);
      checkIsDurable(2);
    }
  }

  /** A race on a small engine; what was written is there after, and after the process is killed. */
  private abstract static class EngineRace implements Interleavings.Scenario {
    final SmallEngine engine = new SmallEngine(SmallEngine.OPTIONS);
    final Map<Integer, String> expected = new ConcurrentHashMap<>();

    final void put(int key, String value) {
      engine.put(key, value);
      expected.put(key, value);
    }

    final void delete(int key) {
      engine.store.delete(SmallEngine.key(key));
      expected.remove(key);
    }

    final void checkKey(int key) {
      assertThat(engine.get(key)).as("key %d", key).isEqualTo(expected.get(key));
    }

    @Override
    public void check() {
      Map<String, String> all = new TreeMap<>();
      expected.forEach((key, value) -> all.put("key" + key, value));
      assertThat(StoreImage.contents(engine.store)).isEqualTo(all);
      SimulatedMachine killed = engine.machine.afterKill();
      try (KvStore again = BareEngine.open(killed, engine.options)) {
        assertThat(StoreImage.contents(again)).as("after a kill").isEqualTo(all);
      }
    }
  }

  private static final class PublishingRace extends EngineRace {
    PublishingRace() {
      for (int key = 0; key < 31; key++) { // a memtable is frozen, and the next one nearly full
        put(key, "old" + key);
      }
    }

    @Override
    public List<Runnable> threads() {
      return List.of(engine::work, this::readAndWrite, this::read);
    }

    private void read() {
      checkKey(20);
      checkKey(15);
      checkKey(30);
    }

    private void readAndWrite() {
      checkKey(0);
      put(1, "new");
      checkKey(1);
      checkKey(2);
      delete(3);
      checkKey(3);
      put(31, "another");
      checkKey(16);
    }
  }

  /** Every other record of a few segments is superseded. */
  private abstract static class MovingRace extends EngineRace {
    MovingRace() {
      for (int key = 0; key < 8; key++) {
        put(key, "old" + key + "x".repeat(400));
      }
      for (int key = 0; key < 8; key += 2) {
        put(key, "old" + key + "y".repeat(400));
      }
    }
  }

  private static final class RelocationRace extends MovingRace {
    @Override
    public List<Runnable> threads() {
      return List.of(engine::compact, this::readAndWrite);
    }

    private void readAndWrite() {
      checkKey(7);
      put(1, "new1");
      delete(3);
      engine.store.write(
          new KvBatch()
              .put(SmallEngine.key(5), SmallEngine.bytes("new5"))
              .delete(SmallEngine.key(4)));
      expected.put(5, "new5");
      expected.remove(4);
      for (int key = 1; key < 8; key++) {
        checkKey(key);
      }
    }
  }

  private static final class CompareAndSetRace extends MovingRace {
    private final Map<String, Boolean> done = new ConcurrentHashMap<>();

    @Override
    public List<Runnable> threads() {
      return List.of(engine::compact, () -> swap("one"), () -> swap("other"));
    }

    private void swap(String value) {
      byte[] old = SmallEngine.bytes("old1" + "x".repeat(400));
      done.put(
          value, engine.store.compareAndSet(SmallEngine.key(1), old, SmallEngine.bytes(value)));
    }

    @Override
    public void check() {
      assertThat(done.values()).as("which one was first").containsExactlyInAnyOrder(true, false);
      expected.put(1, Boolean.TRUE.equals(done.get("one")) ? "one" : "other");
      super.check();
    }
  }

  private static final class ClosingRace implements Interleavings.Scenario {
    private final SimulatedMachine machine =
        new SimulatedMachine(1, environment -> environment.backend(new ExtentBackend()));
    private final KvStore store = open();
    private volatile boolean isPut;

    ClosingRace() {
      for (int key = 0; key < 4; key++) {
        store.put(SmallEngine.key(key), SmallEngine.bytes("old"));
      }
    }

    private KvStore open() {
      return machine.environment().open("extent", machine.directory(), SmallEngine.OPTIONS);
    }

    @Override
    public List<Runnable> threads() {
      return List.of(store::close, this::call, this::iterate);
    }

    private void call() {
      try {
        assertThat(store.get(SmallEngine.key(1))).isEqualTo(SmallEngine.bytes("old"));
        store.put(SmallEngine.key(2), SmallEngine.bytes("new"));
        isPut = true;
        assertThat(store.get(SmallEngine.key(2))).isEqualTo(SmallEngine.bytes("new"));
      } catch (StoreClosedException e) {
        // So it came too late.
      }
    }

    private void iterate() {
      try (KvCursor cursor = store.iterate()) {
        int count = 0;
        while (cursor.next()) {
          count++;
        }
        assertThat(count).isEqualTo(4);
      } catch (StoreClosedException e) {
        // So it came too late.
      }
    }

    @Override
    public void check() {
      try (KvStore again = open()) {
        byte[] value = again.get(SmallEngine.key(2));
        assertThat(value).isIn(SmallEngine.bytes("new"), SmallEngine.bytes(isPut ? "new" : "old"));
        assertThat(again.get(SmallEngine.key(3))).isEqualTo(SmallEngine.bytes("old"));
      }
    }
  }
}
