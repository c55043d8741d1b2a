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
 * other one has to come before, and does not try the same set of calls with the same value twice.
 */
final class RegisterHistory {
  /** The search keeps sets of calls in the bits of a long. */
  static final int MAX_CALLS = Long.SIZE - 1;

  private final List<Call> calls = new ArrayList<>();

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

  private record Visited(long done, @Nullable ByteString value) {}

  /** Adds a call. */
  synchronized void add(Call call) {
    calls.add(call);
  }

  synchronized int count() {
    return calls.size();
  }

  /**
   * Looks for an order.
   *
   * @param initial the value before the first call
   * @throws AssertionError if there is none
   */
  synchronized void check(@Nullable ByteString initial) {
    if (calls.size() > MAX_CALLS) {
      throw new IllegalStateException(calls.size() + " calls are more than " + MAX_CALLS);
    }
    calls.sort(Comparator.comparingLong(Call::calledNanos));
    if (!search(0, initial, new HashSet<>())) {
      StringBuilder text = new StringBuilder("no order of these calls on one key explains them:");
      calls.forEach(call -> text.append("\n  ").append(call));
      throw new AssertionError(text.toString());
    }
  }

  private boolean search(long done, @Nullable ByteString value, Set<Visited> visited) {
    if (done == (1L << calls.size()) - 1) {
      return true;
    }
    if (!visited.add(new Visited(done, value))) {
      return false;
    }
    long firstReturn = Long.MAX_VALUE;
    for (int i = 0; i < calls.size(); i++) {
      if ((done & (1L << i)) == 0) {
        firstReturn = Math.min(firstReturn, calls.get(i).returnedNanos);
      }
    }
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      if (call.calledNanos > firstReturn) {
        break;
      }
      if ((done & (1L << i)) == 0
          && call.fits(value)
          && search(done | (1L << i), call.after(value), visited)) {
        return true;
      }
    }
    return false;
  }
}
