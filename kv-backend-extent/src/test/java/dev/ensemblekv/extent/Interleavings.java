// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A search through the orders in which threads can run: all with one switch at any point, or evenly
 * many of them, and random ones with a few switches more. Of one seed always the same.
 */
final class Interleavings {
  private static final int MOST_SWITCHES = 5;

  private final Supplier<Scenario> scenarios;
  private final int most;
  private final SplittableRandom random;

  /** What threads do, and what must hold after. */
  interface Scenario {
    /** Returns what the threads do; what one throws is a failure. */
    List<Runnable> threads();

    /** Checks what is left when all have ended. */
    void check();
  }

  /**
   * Prepares a search.
   *
   * @param scenarios makes the same scenario for each run
   * @param most so many runs of each kind
   */
  Interleavings(Supplier<Scenario> scenarios, int most, long seed) {
    this.scenarios = scenarios;
    this.most = most;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Searches.
   *
   * @return how many runs there were
   * @throws AssertionError if something does not hold in one of them
   */
  int search() {
    int threads = scenarios.get().threads().size();
    int runs = 0;
    int[] points = new int[threads];
    for (int first = 0; first < threads; first++) {
      Turns turns = run(first);
      points[first] = turns.points();
      int step = 1 + turns.pointsOfFirst() * threads / most;
      for (int at = 1 + random.nextInt(step); at <= turns.pointsOfFirst(); at += step) {
        run(first, at);
        runs++;
      }
    }
    for (int i = 0; i < most; i++) {
      int first = random.nextInt(threads);
      run(first, switches(points[first]));
    }
    return runs + most;
  }

  /** Returns points that are as often near to each other as they are far from each other. */
  private int[] switches(int points) {
    int[] switches = new int[2 + random.nextInt(MOST_SWITCHES - 1)];
    double scale = Math.log(Math.max(2, points));
    int at = 0;
    for (int i = 0; i < switches.length; i++) {
      at += (int) Math.exp(random.nextDouble() * scale);
      switches[i] = at;
    }
    return switches;
  }

  private Turns run(int first, int... switches) {
    Scenario scenario = scenarios.get();
    List<Runnable> threads = new ArrayList<>(scenario.threads());
    Collections.rotate(threads, -first);
    try {
      Turns turns = new Turns(threads, switches);
      turns.run();
      scenario.check();
      return turns;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "thread " + first + " first, switches at " + Arrays.toString(switches) + ": " + e, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }
}
