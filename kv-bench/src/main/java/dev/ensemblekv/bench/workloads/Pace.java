// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How many calls ended in each tenth of a second. For one thread. */
final class Pace {
  private static final long SLOT_NANOS = 100_000_000;
  private static final double SLOTS_PER_SECOND = 10;
  private static final int MAX_POINTS = 60;

  private long[] slots = new long[MAX_POINTS];
  private int used;

  /** Takes note of a call that ended so long after the beginning. */
  void count(long nanos) {
    int slot = (int) (nanos / SLOT_NANOS);
    if (slot >= slots.length) {
      slots = Arrays.copyOf(slots, Math.max(slot + 1, 2 * slots.length));
    }
    slots[slot]++;
    used = Math.max(used, slot + 1);
  }

  /** Adds what another thread counted. */
  void add(Pace other) {
    slots = Arrays.copyOf(slots, Math.max(slots.length, other.slots.length));
    for (int i = 0; i < other.used; i++) {
      slots[i] += other.slots[i];
    }
    used = Math.max(used, other.used);
  }

  /**
   * Returns the calls per second by the seconds since the beginning, as at most sixty points, each
   * at the middle of the same number of slots. What is left at the end is too short for a point.
   */
  List<Point> points() {
    int width = (used + MAX_POINTS - 1) / MAX_POINTS;
    List<Point> points = new ArrayList<>();
    for (int from = 0; width > 0 && from + width <= Math.max(width, used - 1); from += width) {
      long calls = Arrays.stream(slots, from, from + width).sum();
      points.add(
          new Point(
              (from + width / 2.0) / SLOTS_PER_SECOND, calls * SLOTS_PER_SECOND / width, false));
    }
    return points;
  }
}
