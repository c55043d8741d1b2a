// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.report.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/**
 * What a workload does to the disk as time goes by: a thread of its own looks at two figures, at
 * the beginning, at the end, and in between, ever more seldom, so that points are few however long
 * it takes. For one thread besides.
 */
final class Wear {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long FIRST_PAUSE_NANOS = 200_000_000;

  /** By this part of the time that went by, the next look waits. */
  private static final int PART = 12;

  private final DoubleSupplier space;
  private final DoubleSupplier written;
  private final List<Point> spaces = new ArrayList<>();
  private final List<Point> writes = new ArrayList<>();
  private final Thread looker = new Thread(this::look, "wear");
  private long begun;
  private volatile boolean ended;

  /** Makes one of what tells the two figures. */
  Wear(DoubleSupplier space, DoubleSupplier written) {
    this.space = space;
    this.written = written;
    looker.setDaemon(true);
  }

  /** Begins. */
  void begin() {
    begun = System.nanoTime();
    point(0);
    looker.start();
  }

  /** Ends, after which the points may be asked for; nothing if it was not begun. */
  void end() throws InterruptedException {
    if (!spaces.isEmpty()) {
      ended = true;
      LockSupport.unpark(looker);
      looker.join();
      point(seconds());
    }
  }

  private void look() {
    while (!ended) {
      LockSupport.parkNanos(Math.max(FIRST_PAUSE_NANOS, (System.nanoTime() - begun) / PART));
      if (!ended) {
        point(seconds());
      }
    }
  }

  private double seconds() {
    return (System.nanoTime() - begun) / NANOS_PER_SECOND;
  }

  private void point(double seconds) {
    spaces.add(new Point(seconds, space.getAsDouble(), false));
    writes.add(new Point(seconds, written.getAsDouble(), false));
  }

  /** Returns the first figure by the seconds. */
  List<Point> spaces() {
    return spaces;
  }

  /** Returns the second figure by the seconds. */
  List<Point> writes() {
    return writes;
  }
}
