// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvMetric.Unit;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.spi.KvBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The one budget of all substores of an ensemble: memory, a number of pieces of background work at
 * a time, and a rate at which they write.
 *
 * <p>Memory that is counted as it changes is given back by whoever has the most of it. Turns of
 * work are handed on in the order in which they were asked for. Members are told without the lock,
 * which is otherwise the last one of all. Thread-safe.
 */
final class Budget implements KvBudget {
  /** Those that are there take half, so that there is something left for those that come. */
  private static final int SHARE = 2;

  /** Until a quarter more is used, it is left to the background to give memory back. */
  private static final int TOLERANCE = 4;

  private final LongSupplier nanoTime;

  // Guarded by this.
  private final Set<Membership> members = new HashSet<>();
  private final Deque<Membership> waiting = new ArrayDeque<>();
  private final Pace pace;
  private int expected;

  // Written under the lock.
  private final AtomicInteger busy = new AtomicInteger();
  private volatile long memoryLimit;
  private volatile long bytesPerSecond;
  private volatile int places;
  private volatile long memoryBytes;
  private volatile int queued;

  /**
   * Creates a budget.
   *
   * @param memoryLimit of all together
   * @param places for so many pieces of background work at a time
   * @param bytesPerSecond that they write
   */
  Budget(long memoryLimit, int places, long bytesPerSecond, LongSupplier nanoTime) {
    this.memoryLimit = memoryLimit;
    this.places = places;
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
    this.pace = new Pace(bytesPerSecond, nanoTime.getAsLong());
  }

  /** Says how many stores there will be soon, by which memory is divided. */
  synchronized void expect(int stores) {
    expected = stores;
  }

  /** Returns how much memory all have together; takes no lock. */
  long memoryBytes() {
    return memoryBytes;
  }

  /** Returns how much memory all should have together at most; takes no lock. */
  long memoryLimit() {
    return memoryLimit;
  }

  /** Sets how much memory all should have together at most. */
  void memoryLimit(long bytes) {
    Optional<Member> giver;
    synchronized (this) {
      memoryLimit = bytes;
      giver = giver();
    }
    giver.ifPresent(Member::giveMemoryBack);
  }

  /** Returns how many bytes a second background work writes at most; takes no lock. */
  long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** Sets how many bytes a second background work writes at most. */
  synchronized void rate(long rate) {
    bytesPerSecond = rate;
    pace.rate(rate, nanoTime.getAsLong());
  }

  /** Returns how many pieces of background work run at a time at most; takes no lock. */
  int places() {
    return places;
  }

  /** Sets how many pieces of background work run at a time at most; those that run go on. */
  void places(int tasks) {
    List<Member> told;
    synchronized (this) {
      places = tasks;
      told = handOn();
    }
    told.forEach(Member::mayBegin);
  }

  /** Returns how many pieces of background work run; takes no lock. */
  int running() {
    return busy.get();
  }

  /** Returns how many pieces of background work wait for their turn; takes no lock. */
  int waiting() {
    return queued;
  }

  /** Adds what is used and allowed to the statistics; takes no lock. */
  void addTo(KvStats.Builder stats) {
    stats.metric(
        KvMetric.gauge(
            "memoryUsedBytes",
            memoryBytes,
            Unit.BYTES,
            "Memory of buffers and caches of substores."));
    stats.metric(
        KvMetric.gauge(
            "memoryLimitBytes", memoryLimit, Unit.BYTES, "Memory that they should have at most."));
    stats.metric(
        KvMetric.gauge(
            "backgroundTasks", busy.get(), Unit.COUNT, "Substores at long background work."));
    stats.metric(
        KvMetric.gauge(
            "backgroundTasksWaiting", queued, Unit.COUNT, "Substores that wait for that."));
    stats.metric(
        KvMetric.gauge(
            "backgroundTasksLimit", places, Unit.COUNT, "Substores that are at it at most."));
    stats.metric(
        KvMetric.gauge(
            "backgroundLimitBytesPerSecond",
            bytesPerSecond,
            Unit.BYTES_PER_SECOND,
            "What their compactions write at most."));
  }

  @Override
  public Share join(Member member) {
    Membership membership = new Membership(member);
    synchronized (this) {
      members.add(membership);
    }
    return membership;
  }

  /** Returns who is to give memory back next, if that is too much and nobody is about it. */
  private Optional<Member> giver() {
    if (memoryBytes <= memoryLimit) {
      return Optional.empty();
    }
    return members.stream()
        .filter(member -> member.used > 0 && !member.member.isGivingBack())
        .max(Comparator.comparingLong(member -> member.used))
        .map(member -> member.member);
  }

  /** Hands the free places on; returns who is to be told. */
  private List<Member> handOn() {
    List<Member> told = new ArrayList<>();
    while (busy.get() < places && !waiting.isEmpty()) {
      Membership next = waiting.remove();
      queued = waiting.size();
      next.turn = Turn.GIVEN;
      busy.incrementAndGet();
      told.add(next.member);
    }
    return told;
  }

  /** How far a member is with its work. */
  private enum Turn {
    NONE,
    WAITING,
    GIVEN,
    BEGUN
  }

  /** What one store has. */
  private final class Membership implements Share {
    private final Member member;
    private volatile long used; // written under the lock

    // Guarded by the budget.
    private long reserved;
    private boolean closed;
    private Turn turn = Turn.NONE;

    Membership(Member member) {
      this.member = member;
    }

    @Override
    public long reserve(long wantedBytes, long leastBytes) {
      synchronized (Budget.this) {
        long free = Math.max(0, memoryLimit - memoryBytes);
        long share = free / SHARE / Math.max(1, Math.max(expected, members.size()));
        long given = Math.max(leastBytes, Math.min(wantedBytes, share));
        reserved += given;
        memoryBytes += given;
        return given;
      }
    }

    @Override
    public void memoryChanged() {
      if (member.memoryBytes() == used) {
        return;
      }
      Optional<Member> giver;
      synchronized (Budget.this) {
        if (closed) {
          return;
        }
        long now = member.memoryBytes();
        memoryBytes += now - used;
        used = now;
        giver = giver();
      }
      giver.ifPresent(Member::giveMemoryBack);
    }

    @Override
    public boolean isMemoryShort() {
      return memoryBytes > memoryLimit + memoryLimit / TOLERANCE;
    }

    @Override
    public boolean tryBegin() {
      synchronized (Budget.this) {
        if (turn == Turn.NONE && busy.get() < places && waiting.isEmpty()) {
          turn = Turn.GIVEN;
          busy.incrementAndGet();
        }
        if (turn == Turn.GIVEN) {
          turn = Turn.BEGUN;
          return true;
        }
        if (turn == Turn.NONE && !closed) {
          turn = Turn.WAITING;
          waiting.add(this);
          queued = waiting.size();
        }
        return false;
      }
    }

    @Override
    public void end() {
      List<Member> told;
      synchronized (Budget.this) {
        told = endTurn();
      }
      told.forEach(Member::mayBegin);
    }

    private List<Member> endTurn() {
      if (turn == Turn.GIVEN || turn == Turn.BEGUN) {
        busy.decrementAndGet();
        turn = Turn.NONE;
      }
      return handOn();
    }

    @Override
    public long written(long bytes) {
      synchronized (Budget.this) {
        long now = nanoTime.getAsLong();
        pace.spend(bytes, now);
        return pace.delayNanos(now);
      }
    }

    @Override
    public void close() {
      List<Member> told;
      synchronized (Budget.this) {
        closed = true;
        members.remove(this);
        waiting.remove(this);
        queued = waiting.size();
        memoryBytes -= used + reserved;
        used = 0;
        reserved = 0;
        told = endTurn();
      }
      told.forEach(Member::mayBegin);
    }
  }
}
