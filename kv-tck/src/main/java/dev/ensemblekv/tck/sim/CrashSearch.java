// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A search for a crash that a store does not survive, through histories of writes that are drawn
 * from seeds, for any store that keeps its files by the disk of its context:
 *
 * <pre>{@code
 * CrashSearch.of(machine -> machine.environment().open("my", machine.directory(), options))
 *     .setUp(environment -> environment.backend(new MyBackend()))
 *     .search(seed, 1_000_000);
 * }</pre>
 *
 * <p>A history opens the store twice and writes in between by put, delete and batch, flushes,
 * closes, and lets background work go on between the steps. After each crash, of which some come
 * during the recovery from another one, {@link WriteHistory#checkReopening} must hold.
 */
public final class CrashSearch {
  private static final int OPENINGS = 2;
  private static final int STEPS = 25;
  private static final int KEYS = 6;
  private static final int LONG_VALUE = 5000;
  private static final int SHORT_VALUE = 30;

  /** How a store is opened, and created if there is none. */
  @FunctionalInterface
  public interface Opening {
    /** Opens the store of a machine. */
    KvStore open(SimulatedMachine machine);
  }

  private final Opening opening;
  private final UnaryOperator<KvEnvironment.Builder> setUp;
  private final boolean syncs;

  private CrashSearch(Opening opening, UnaryOperator<KvEnvironment.Builder> setUp, boolean syncs) {
    this.opening = opening;
    this.setUp = setUp;
    this.syncs = syncs;
  }

  /** Begins a search. */
  public static CrashSearch of(Opening opening) {
    return new CrashSearch(opening, UnaryOperator.identity(), false);
  }

  /** Sets what stores need besides disk and executor, such as backends. */
  public CrashSearch setUp(UnaryOperator<KvEnvironment.Builder> setUp) {
    return new CrashSearch(opening, setUp, syncs);
  }

  /** Tells that the store is opened so that each write must survive at its return. */
  public CrashSearch synced(boolean syncs) {
    return new CrashSearch(opening, setUp, syncs);
  }

  /** Returns an explorer of the history of one seed, of which more can be set. */
  public CrashExplorer.Builder<WriteHistory> explorer(long seed) {
    return CrashExplorer.<WriteHistory>of(
            () -> new WriteHistory(syncs),
            (machine, history) -> write(machine, history, new SplittableRandom(seed)),
            (machine, history) -> history.checkReopening(() -> opening.open(machine)))
        .setUp(setUp)
        .recovery(machine -> opening.open(machine).close())
        .seed(seed);
  }

  /**
   * Explores history after history, of one seed after the other.
   *
   * @param states so many disks as left by a crash are checked at least
   * @return how many were
   * @throws AssertionError at the first crash that the store does not survive; its message has the
   *     seed, which is the first number of the point to replay by {@link #explorer}
   */
  public long search(long firstSeed, long states) {
    long checked = 0;
    for (long seed = firstSeed; checked < states; seed++) {
      checked += explorer(seed).build().explore().crashStates();
    }
    return checked;
  }

  private void write(SimulatedMachine machine, WriteHistory history, SplittableRandom random) {
    for (int round = 0; round < OPENINGS; round++) {
      KvStore store = opening.open(machine);
      for (int step = 0; step < STEPS; step++) {
        byte[] key = key(random.nextInt(KEYS));
        int length = random.nextInt(10) == 0 ? LONG_VALUE : SHORT_VALUE;
        byte[] value = bytes(round + "-" + step + "-" + "x".repeat(length));
        switch (random.nextInt(8)) {
          case 0, 1 -> history.delete(store, key);
          case 2 -> history.flush(store);
          case 3 -> {
            KvBatch batch = new KvBatch().put(key, value).delete(key(0)).put(key(KEYS + 1), value);
            history.write(store, batch, Durability.DEFAULT);
          }
          default -> history.put(store, key, value);
        }
        machine.executor().runAll();
      }
      history.close(store);
    }
  }

  private static byte[] key(int number) {
    return bytes("key-%05d".formatted(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
