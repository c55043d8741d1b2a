// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.spi.KvEnvironment;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A search through the crashes of a scenario: it runs it, takes the power away before each change
 * of the disk (or a sample of them), lets the store recover, takes the power away during that too,
 * and checks what is left.
 *
 * <p>Not each crash takes a run of its own: before a change, the disk as a crash would leave it is
 * made beside the running one, and checked at once against the history so far. A failure names a
 * point from which {@link #replay} runs that one crash, for real.
 *
 * @param <H> what a scenario remembers of its run
 */
public final class CrashExplorer<H> {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /**
   * What is done before the crash.
   *
   * @param <H> what it remembers of its run
   */
  @FunctionalInterface
  public interface Scenario<H> {
    /** Runs on an empty disk; notes in the history what must survive as soon as it must. */
    void run(SimulatedMachine machine, H history) throws Exception;
  }

  /**
   * What must hold after the crash.
   *
   * @param <H> what the scenario remembered
   */
  @FunctionalInterface
  public interface Check<H> {
    /** Opens the store and throws if it is not as the history demands. */
    void check(SimulatedMachine machine, H history) throws Exception;
  }

  /** What opening after a crash is, for crashes during that. */
  @FunctionalInterface
  public interface Recovery {
    /** Opens and closes the store. */
    void run(SimulatedMachine machine) throws Exception;
  }

  /**
   * What was explored.
   *
   * @param changes how many changes of the disk the scenario made
   * @param crashStates how many disks as left by a crash were looked at
   * @param distinctStates how many of them were checked, as they were not equal to another, with
   *     the same demands on them
   */
  public record Result(long changes, long crashStates, long distinctStates) {}

  /**
   * Where a crash is, and what became of what was pending.
   *
   * @param change the change of the scenario before which the power went
   * @param outcome the number of the outcome drawn for that crash
   * @param secondChange the change of the recovery before which it went again; negative: it did not
   */
  public record CrashPoint(long seed, long change, int outcome, long secondChange) {
    /** Reads what {@link #toString()} wrote. */
    public static CrashPoint parse(String text) {
      String[] parts = text.split("/", -1);
      return new CrashPoint(
          Long.parseLong(parts[0]),
          Long.parseLong(parts[1]),
          Integer.parseInt(parts[2]),
          Long.parseLong(parts[3]));
    }

    long fateSeed() {
      return (seed * 31 + change) * GOLDEN + outcome;
    }

    long secondFateSeed() {
      return fateSeed() * 31 + secondChange;
    }

    @Override
    public String toString() {
      return seed + "/" + change + "/" + outcome + "/" + secondChange;
    }
  }

  private final Supplier<H> newHistory;
  private final Scenario<H> scenario;
  private final Check<H> check;
  private final UnaryOperator<KvEnvironment.Builder> setUp;
  private final Consumer<SimulatedDisk> prepare;
  private final @Nullable Recovery recovery;
  private final long seed;
  private final int outcomes;
  private final int maxPoints;
  private final int maxSecondPoints;
  private final int recoverOneIn;
  private final @Nullable ToLongFunction<H> position;

  private CrashExplorer(Builder<H> builder) {
    newHistory = builder.newHistory;
    scenario = builder.scenario;
    check = builder.check;
    setUp = builder.setUp;
    prepare = builder.prepare;
    recovery = builder.recovery;
    seed = builder.seed;
    outcomes = builder.outcomes;
    maxPoints = builder.maxPoints;
    maxSecondPoints = builder.maxSecondPoints;
    recoverOneIn = builder.recoverOneIn;
    position = builder.position;
  }

  /**
   * Begins an explorer.
   *
   * @param newHistory makes an empty history for each run
   */
  public static <H> Builder<H> of(Supplier<H> newHistory, Scenario<H> scenario, Check<H> check) {
    return new Builder<>(newHistory, scenario, check);
  }

  /**
   * Explores.
   *
   * @throws AssertionError at the first crash after which the check fails; its message has the
   *     point for {@link #replay}
   */
  public Result explore() {
    SimulatedMachine counting = machine();
    runScenario(counting, newHistory.get());
    long changes = counting.disk().changes();

    Exploration exploration = new Exploration(changes);
    SimulatedMachine machine = machine();
    H history = newHistory.get();
    machine
        .disk()
        .observe(
            (change, operation, path) -> {
              if (exploration.failure == null && exploration.takesNext()) {
                exploration.crashBefore(machine, history, change, operation + " " + path);
              }
              if (exploration.failure != null) {
                machine.disk().crash();
                throw new SimulatedCrash(change);
              }
            });
    try {
      runScenario(machine, history);
    } catch (AssertionError | SimulatedCrash e) {
      exploration.throwFailure();
      throw e;
    }
    exploration.throwFailure();
    machine.disk().observe(null);
    exploration.crashBefore(machine, history, machine.disk().changes(), "the end");
    exploration.throwFailure();
    return new Result(changes, exploration.states, exploration.distinct);
  }

  /** Runs one crash again: the scenario up to it, the recovery up to the second one, the check. */
  public void replay(CrashPoint point) {
    SimulatedMachine machine = machine();
    machine.disk().crashAt(point.change);
    H history = newHistory.get();
    try {
      runScenario(machine, history);
    } catch (SimulatedCrash e) {
      // The crash that was asked for.
    }
    SimulatedMachine next = machine.afterCrash(point.fateSeed());
    Recovery recovering = recovery;
    if (point.secondChange >= 0 && recovering != null) {
      next.disk().crashAt(point.secondChange);
      try {
        recovering.run(next);
      } catch (SimulatedCrash e) {
        // The second one.
      } catch (Exception e) {
        throw failed(point, "the recovery", e);
      }
      next = next.afterCrash(point.secondFateSeed());
    }
    try {
      check.check(next, history);
    } catch (Exception | AssertionError e) {
      throw failed(point, "replay", e);
    }
  }

  private SimulatedMachine machine() {
    SimulatedMachine machine = new SimulatedMachine(seed, setUp);
    prepare.accept(machine.disk());
    return machine;
  }

  private void runScenario(SimulatedMachine machine, H history) {
    try {
      scenario.run(machine, history);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("the scenario failed by itself (seed " + seed + "): " + e, e);
    }
  }

  private static AssertionError failed(CrashPoint point, String where, Throwable cause) {
    return new AssertionError(
        "crash before change "
            + point.change
            + " ("
            + where
            + ")"
            + (point.secondChange < 0
                ? ""
                : ", again before change " + point.secondChange + " of the recovery")
            + ": "
            + cause.getMessage()
            + "\n  to replay: CrashPoint.parse(\""
            + point
            + "\")",
        cause);
  }

  /** One search: which points it takes, how far it came, what it found. */
  private final class Exploration {
    private final SplittableRandom random = new SplittableRandom(seed);
    private final double share;
    private final Set<Long> seen = new HashSet<>();
    private long seenPosition;
    private long states;
    private long distinct;
    private @Nullable AssertionError failure;

    Exploration(long changes) {
      share = changes <= maxPoints ? 1 : (double) maxPoints / changes;
    }

    boolean takesNext() {
      return share >= 1 || random.nextDouble() < share;
    }

    void throwFailure() {
      if (failure != null) {
        throw failure;
      }
    }

    void crashBefore(SimulatedMachine machine, H history, long change, String where) {
      for (int outcome = 0; outcome < outcomes && failure == null; outcome++) {
        CrashPoint point = new CrashPoint(seed, change, outcome, -1);
        long fateSeed = point.fateSeed();
        boolean isNew = checkState(machine.afterCrash(fateSeed), history, point, where);
        if (isNew && recovery != null && failure == null && random.nextInt(recoverOneIn) == 0) {
          crashRecovery(recovery, machine.afterCrash(fateSeed), history, point, where);
        }
      }
    }

    private void crashRecovery(
        Recovery recovering, SimulatedMachine found, H history, CrashPoint first, String where) {
      // How many changes the recovery makes is not known before, so each has the same chance.
      int[] taken = {0};
      found
          .disk()
          .observe(
              (change, operation, path) -> {
                if (failure == null && taken[0] < maxSecondPoints && random.nextInt(3) == 0) {
                  taken[0]++;
                  CrashPoint point = new CrashPoint(seed, first.change, first.outcome, change);
                  checkState(found.afterCrash(point.secondFateSeed()), history, point, where);
                }
              });
      try {
        recovering.run(found);
      } catch (Exception | AssertionError e) {
        fail(first, where, e);
      }
    }

    /** Returns whether it is not known already. */
    private boolean checkState(SimulatedMachine found, H history, CrashPoint point, String where) {
      states++;
      if (position != null && !isNew(found.disk().mediumHash(), position.applyAsLong(history))) {
        return false;
      }
      distinct++;
      try {
        check.check(found, history);
      } catch (Exception | AssertionError e) {
        fail(point, where, e);
      }
      return true;
    }

    private boolean isNew(long medium, long historyPosition) {
      if (historyPosition != seenPosition) {
        seenPosition = historyPosition;
        seen.clear();
      }
      return seen.add(medium);
    }

    private void fail(CrashPoint point, String where, Throwable cause) {
      if (failure == null) {
        failure = failed(point, where, cause);
      }
    }
  }

  /**
   * Collects what an explorer does.
   *
   * @param <H> what a scenario remembers of its run
   */
  public static final class Builder<H> {
    private final Supplier<H> newHistory;
    private final Scenario<H> scenario;
    private final Check<H> check;
    private UnaryOperator<KvEnvironment.Builder> setUp = UnaryOperator.identity();
    private Consumer<SimulatedDisk> prepare = disk -> {};
    private @Nullable Recovery recovery;
    private long seed = 1;
    private int outcomes = 4;
    private int maxPoints = Integer.MAX_VALUE;
    private int maxSecondPoints = 4;
    private int recoverOneIn = 1;
    private @Nullable ToLongFunction<H> position;

    private Builder(Supplier<H> newHistory, Scenario<H> scenario, Check<H> check) {
      this.newHistory = newHistory;
      this.scenario = scenario;
      this.check = check;
    }

    /** Sets what stores need besides disk and executor, such as backends. */
    public Builder<H> setUp(UnaryOperator<KvEnvironment.Builder> setUp) {
      this.setUp = setUp;
      return this;
    }

    /** Sets what is done to the empty disk first, such as leaving out calls. */
    public Builder<H> prepare(Consumer<SimulatedDisk> prepare) {
      this.prepare = prepare;
      return this;
    }

    /** Sets what recovering is, and so makes the explorer crash that as well. */
    public Builder<H> recovery(Recovery recovery) {
      this.recovery = recovery;
      return this;
    }

    /** Sets the seed; 1 by default. */
    public Builder<H> seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Sets how many outcomes are drawn at each point; 4 by default. */
    public Builder<H> outcomes(int outcomes) {
      this.outcomes = outcomes;
      return this;
    }

    /** Sets about how many changes are crashed at, drawn from the seed; all by default. */
    public Builder<H> maxPoints(int maxPoints) {
      this.maxPoints = maxPoints;
      return this;
    }

    /** Sets at how many changes of each recovery it is crashed again, at most; 4 by default. */
    public Builder<H> maxSecondPoints(int maxSecondPoints) {
      this.maxSecondPoints = maxSecondPoints;
      return this;
    }

    /** Makes only one of so many recoveries be crashed, drawn from the seed; 1 by default. */
    public Builder<H> recoverOneIn(int recoveries) {
      this.recoverOneIn = recoveries;
      return this;
    }

    /**
     * Tells apart what a history demands, so that of disks which are left alike by several crashes
     * one is checked for all, as long as the same is demanded. By default all are checked.
     *
     * @param position a number that changes with what is demanded, such as {@link
     *     WriteHistory#position}
     */
    public Builder<H> position(ToLongFunction<H> position) {
      this.position = position;
      return this;
    }

    /** Returns the explorer. */
    public CrashExplorer<H> build() {
      return new CrashExplorer<>(this);
    }
  }
}
