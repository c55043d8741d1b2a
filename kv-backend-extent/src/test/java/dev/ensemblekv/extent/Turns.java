// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that take turns: one runs at a time, and passes the turn on at a given number of points,
 * where it waits for another one, and where it ends. So a run can be had again.
 *
 * <p>Points are where one thread can see what another one did. Classes that a {@link Weaver} went
 * through call the public methods there. Threads that take no turns pass them by.
 */
public final class Turns {
  private static final int MOST_POINTS = 1_000_000;

  /** Stand for the monitors of objects, which cannot be tried; guarded by itself. */
  private static final IdentityHashMap<Object, ReentrantLock> MONITORS = new IdentityHashMap<>();

  private final List<Turn> turns = new ArrayList<>();
  private final int[] switches;

  // All guarded by the turn.
  private int points;
  private int pointsOfFirst;
  private int switched;
  private boolean abandoned;
  private @Nullable Throwable failure;

  /**
   * Prepares a run.
   *
   * @param switches the numbers of the points, counted from one, at which the turn passes on
   */
  Turns(List<Runnable> threads, int[] switches) {
    this.switches = switches.clone();
    for (Runnable thread : threads) {
      turns.add(new Turn(thread));
    }
  }

  /** What ends the other threads after a failure. */
  private static final class Abandoned extends Error {
    private static final long serialVersionUID = 1;
  }

  /** A thread that takes turns. */
  private final class Turn extends Thread {
    private final Runnable body;
    private final Semaphore turn = new Semaphore(0);
    private @Nullable Object waitsFor;
    private boolean mayPass;
    private boolean isBegun;
    private boolean isDone;
    private int held;

    Turn(Runnable body) {
      this.body = body;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        body.run();
      } catch (Abandoned e) {
        // Another one has failed.
      } catch (Throwable e) {
        fail(e);
      }
      isDone = true;
      endOfFirst();
      passOn(this);
    }

    Turns turns() {
      return Turns.this;
    }

    private void take() {
      if (isBegun) {
        turn.release();
      } else {
        isBegun = true;
        start();
      }
    }

    private void comeToPoint() {
      if (abandoned || held > 0) {
        return;
      }
      points++;
      if (points > MOST_POINTS) {
        throw new AssertionError("it does not end");
      }
      if (switched < switches.length && points >= switches[switched]) {
        switched++;
        giveWay();
      }
    }

    /** Lets the next one run that can; goes on if there is none. */
    private void giveWay() {
      if (passOn(this)) {
        turn.acquireUninterruptibly();
      }
      if (abandoned) {
        throw new Abandoned();
      }
    }

    /** Waits until another one wakes whoever waits for the same. */
    private void await(Object what) {
      if (abandoned) {
        throw new Abandoned();
      }
      waitsFor = what;
      endOfFirst();
      if (!canAnyRun()) {
        waitsFor = null;
        throw new AssertionError("all threads wait for each other");
      }
      giveWay();
    }
  }

  private void endOfFirst() {
    if (pointsOfFirst == 0) {
      pointsOfFirst = points;
    }
  }

  /** Returns how many points the first thread came to before it ended or had to wait. */
  int pointsOfFirst() {
    return pointsOfFirst;
  }

  private boolean canAnyRun() {
    return turns.stream().anyMatch(turn -> !turn.isDone && turn.waitsFor == null);
  }

  private void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    abandoned = true;
    for (Turn turn : turns) {
      turn.waitsFor = null;
      turn.isDone |= !turn.isBegun;
    }
  }

  /** Passes the turn to the next one that can run; returns whether there is another one. */
  private boolean passOn(Turn from) {
    int at = turns.indexOf(from);
    for (int i = 1; i < turns.size(); i++) {
      Turn next = turns.get((at + i) % turns.size());
      if (!next.isDone && next.waitsFor == null) {
        next.take();
        return true;
      }
    }
    if (from.isDone && turns.stream().anyMatch(turn -> !turn.isDone)) {
      fail(new AssertionError("the last thread that could run has left others waiting"));
      return passOn(from);
    }
    return false;
  }

  private void wake(Object what) {
    for (Turn turn : turns) {
      if (turn.waitsFor == what) {
        turn.waitsFor = null;
      }
    }
  }

  /**
   * Runs the threads, the first one first.
   *
   * @throws AssertionError if one of them threw something, or they wait for each other
   */
  void run() throws InterruptedException {
    turns.get(0).take();
    for (Turn turn : turns) {
      turn.join();
    }
    synchronized (MONITORS) {
      MONITORS.clear();
    }
    Throwable cause = failure;
    if (cause != null) {
      throw new AssertionError(cause.toString(), cause);
    }
  }

  /** Returns how many points the threads came to. */
  int points() {
    return points;
  }

  private static @Nullable Turn current() {
    return Thread.currentThread() instanceof Turn turn ? turn : null;
  }

  /** Where one thread may see what another one did. */
  public static void point() {
    Turn turn = current();
    if (turn != null) {
      turn.comeToPoint();
    }
  }

  /** Keeps the turn until {@link #release}: a class is being initialized, which others wait for. */
  public static void hold() {
    Turn turn = current();
    if (turn != null) {
      turn.held++;
    }
  }

  /** Ends a {@link #hold}. */
  public static void release() {
    Turn turn = current();
    if (turn != null) {
      turn.held--;
    }
  }

  /** Stands for {@link ReentrantLock#lock}. */
  public static void lock(ReentrantLock lock) {
    Turn turn = current();
    if (turn == null) {
      lock.lock();
      return;
    }
    turn.comeToPoint();
    while (!lock.tryLock()) {
      turn.await(lock);
    }
  }

  /** Stands for {@link ReentrantLock#tryLock()}. */
  public static boolean tryLock(ReentrantLock lock) {
    point();
    return lock.tryLock();
  }

  /** Stands for {@link ReentrantLock#unlock}. */
  public static void unlock(ReentrantLock lock) {
    point();
    lock.unlock();
    Turn turn = current();
    if (turn != null) {
      turn.turns().wake(lock);
      turn.comeToPoint();
    }
  }

  private static ReentrantLock monitor(Object object) {
    synchronized (MONITORS) {
      return MONITORS.computeIfAbsent(object, any -> new ReentrantLock());
    }
  }

  /** Stands for the beginning of a synchronized block. */
  public static void enter(Object object) {
    lock(monitor(object));
  }

  /** Stands for the end of a synchronized block. */
  public static void exit(Object object) {
    unlock(monitor(object));
  }

  /** Stands for {@link LockSupport#park(Object)}. */
  public static void park(Object blocker) {
    Turn turn = current();
    if (turn == null) {
      LockSupport.park(blocker);
      return;
    }
    turn.comeToPoint();
    while (!turn.mayPass) {
      turn.await(turn);
    }
    turn.mayPass = false;
  }

  /** Stands for {@link LockSupport#unpark}. */
  public static void unpark(@Nullable Thread thread) {
    point();
    if (thread instanceof Turn turn) {
      turn.mayPass = true;
      turn.turns().wake(turn);
    } else {
      LockSupport.unpark(thread);
    }
  }
}
