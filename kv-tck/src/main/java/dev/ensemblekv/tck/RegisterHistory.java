// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls that threads made on one key, and whether they can have taken effect one after another,
 * each between its call and its return.
 *
 * <p>The search is that of Wing and Gong (<i>Testing and verifying concurrent objects</i>, 1993)
 * with the memory of Lowe (<i>Testing for linearizability</i>, 2017): it tries each call that no
 * other one has to come before, and does not try the same set of calls with the same value twice. A
 * thread makes one call at a time, so such a set is told by how many of each thread's are in it.
 *
 * <p>Thread-safe in that each thread adds its own calls; who checks has waited for them.
 */
final class RegisterHistory {
  /** So many calls are shown of each thread around the place where no order goes on. */
  private static final int SHOWN = 8;

  private final List<List<Call>> threads = new ArrayList<>();

  /** What a call does to the value, and what its result says about it. */
  enum Kind {
    WRITE,
    READ,
    EXISTS,
    COMPARE_AND_SET
  }

  /**
   * A call that returned.
   *
   * @param expected what a compareAndSet expected
   * @param value what was written, or read; {@code null}: absent
   * @param succeeded what compareAndSet or exists returned
   */
  record Call(
      Kind kind,
      @Nullable ByteString expected,
      @Nullable ByteString value,
      boolean succeeded,
      long calledNanos,
      long returnedNanos) {

    /** Tells whether the call can take effect when the key has some value. */
    boolean fits(@Nullable ByteString current) {
      return switch (kind) {
        case WRITE -> true;
        case READ -> Objects.equals(current, value);
        case EXISTS -> succeeded == (current != null);
        case COMPARE_AND_SET -> succeeded == Objects.equals(current, expected);
      };
    }

    @Nullable ByteString after(@Nullable ByteString current) {
      boolean writes = kind == Kind.WRITE || (kind == Kind.COMPARE_AND_SET && succeeded);
      return writes ? value : current;
    }

    @Override
    public String toString() {
      String what =
          switch (kind) {
            case WRITE -> value == null ? "delete" : "put " + show(value);
            case READ -> "read " + show(value);
            case EXISTS -> "exists " + succeeded;
            case COMPARE_AND_SET ->
                "swap " + show(expected) + " -> " + show(value) + " " + succeeded;
          };
      return "[" + calledNanos + ".." + returnedNanos + "] " + what;
    }

    private static String show(@Nullable ByteString value) {
      return value == null ? "absent" : Chapter.text(value.toArray());
    }
  }

  /**
   * How far a search is.
   *
   * @param done how many calls of each thread have taken effect
   * @param value what the key has then
   */
  private record Position(List<Integer> done, @Nullable ByteString value) {
    int count() {
      return done.stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** Creates an empty history. */
  RegisterHistory(int threads) {
    for (int i = 0; i < threads; i++) {
      this.threads.add(new ArrayList<>());
    }
  }

  /** Adds the next call of a thread; called by that thread. */
  void add(int thread, Call call) {
    threads.get(thread).add(call);
  }

  /**
   * Looks for an order.
   *
   * @param initial the value before the first call
   * @throws AssertionError if there is none; the message has the calls around the first that does
   *     not fit
   */
  void check(@Nullable ByteString initial) {
    Position start = new Position(threads.stream().map(thread -> 0).toList(), initial);
    Search search = new Search(start);
    if (!search.goesOn(start)) {
      throw new AssertionError(
          "no order of these calls on one key explains them; some do up to the value "
              + Call.show(search.furthest.value)
              + ", after which none of those marked fits:"
              + around(search.furthest));
    }
  }

  private String around(Position position) {
    List<Call> shown = new ArrayList<>();
    List<Call> next = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      List<Call> calls = threads.get(i);
      int done = position.done.get(i);
      int end = Math.min(calls.size(), done + SHOWN);
      shown.addAll(calls.subList(Math.max(0, done - SHOWN), end));
      if (done < end) {
        next.add(calls.get(done));
      }
    }
    shown.sort(Comparator.comparingLong(Call::calledNanos));
    StringBuilder text = new StringBuilder();
    shown.forEach(
        call -> text.append("\n  ").append(next.contains(call) ? "* " : "  ").append(call));
    return text.toString();
  }

  /** One search through the orders. */
  private final class Search {
    private final Set<Position> visited = new HashSet<>();
    private Position furthest;

    Search(Position start) {
      furthest = start;
    }

    /** Tells whether the calls that are left can follow. */
    boolean goesOn(Position position) {
      if (!visited.add(position)) {
        return false;
      }
      if (position.count() > furthest.count()) {
        furthest = position;
      }
      boolean over = true;
      long firstReturn = Long.MAX_VALUE;
      for (int i = 0; i < threads.size(); i++) {
        Call next = next(position, i);
        if (next != null) {
          over = false;
          firstReturn = Math.min(firstReturn, next.returnedNanos);
        }
      }
      for (int i = 0; i < threads.size(); i++) {
        Call next = next(position, i);
        if (next != null
            && next.calledNanos <= firstReturn
            && next.fits(position.value)
            && goesOn(after(position, i, next))) {
          return true;
        }
      }
      return over;
    }

    private @Nullable Call next(Position position, int thread) {
      int done = position.done.get(thread);
      List<Call> calls = threads.get(thread);
      return done < calls.size() ? calls.get(done) : null;
    }

    private Position after(Position position, int thread, Call call) {
      List<Integer> done = new ArrayList<>(position.done);
      done.set(thread, done.get(thread) + 1);
      return new Position(done, call.after(position.value));
    }
  }
}
