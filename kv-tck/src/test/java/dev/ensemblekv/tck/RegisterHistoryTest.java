// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.tck.RegisterHistory.Call;
import dev.ensemblekv.tck.RegisterHistory.Kind;
import dev.ensemblekv.tck.internal.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which histories of calls are linearizable, and which are not. */
class RegisterHistoryTest {
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final RegisterHistory history = new RegisterHistory(3);

  private static @Nullable ByteString bytes(@Nullable String text) {
    return text == null ? null : ByteString.of(Chapter.bytes(text));
  }

  private static Call write(@Nullable String value, long called, long returned) {
    return new Call(Kind.WRITE, null, bytes(value), true, called, returned);
  }

  private static Call read(@Nullable String value, long called, long returned) {
    return new Call(Kind.READ, null, bytes(value), true, called, returned);
  }

  private static Call exists(boolean present, long called, long returned) {
    return new Call(Kind.EXISTS, null, null, present, called, returned);
  }

  private static Call swap(
      @Nullable String from, @Nullable String to, boolean succeeded, long called, long returned) {
    return new Call(Kind.COMPARE_AND_SET, bytes(from), bytes(to), succeeded, called, returned);
  }

  private void assertLinearizable() {
    history.check(null);
  }

  private void assertCaught(String saying) {
    assertThatThrownBy(() -> history.check(null))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no order of these calls")
        .hasMessageContaining(saying);
  }

  @Test
  void callsOneAfterAnother() {
    history.add(0, read(null, 1, 2));
    history.add(0, write("a", 3, 4));
    history.add(1, read("a", 5, 6));
    history.add(2, swap("a", "b", true, 7, 8));
    history.add(1, swap("a", "c", false, 9, 10));
    history.add(0, exists(true, 11, 12));
    history.add(0, write(null, 13, 14));
    history.add(2, exists(false, 15, 16));
    assertLinearizable();
  }

  @Test
  void aReadBesideAWriteMaySeeEitherValue() {
    history.add(0, write("a", 1, 2));
    history.add(0, write("b", 3, 10));
    history.add(1, read("a", 4, 5));
    history.add(2, read("b", 6, 7));
    history.add(1, read("b", 8, 9));
    assertLinearizable();
  }

  @Test
  void anOldValueReadAfterTheWriteReturned() {
    history.add(0, write("a", 1, 2));
    history.add(0, write("b", 3, 4));
    history.add(1, read("a", 5, 6));
    assertCaught("* [5..6] read a");
  }

  @Test
  void twoReadsBesideAWriteOfWhichTheSecondGoesBack() {
    history.add(0, write("a", 1, 2));
    history.add(0, write("b", 3, 10));
    history.add(1, read("b", 4, 5));
    history.add(2, read("a", 6, 7));
    assertCaught("* [6..7] read a");
  }

  @Test
  void aDeletedValueThatIsBack() {
    history.add(0, write("a", 1, 2));
    history.add(1, write(null, 3, 4));
    history.add(2, exists(true, 5, 6));
    assertCaught("* [5..6] exists true");
  }

  @Test
  void twoSwapsOfOneValue() {
    history.add(0, write("a", 1, 2));
    history.add(1, swap("a", "b", true, 3, 6));
    history.add(2, swap("a", "c", true, 4, 5));
    assertCaught("swap a -> ");
  }

  @Test
  void aWriteThatASwapBesideItWroteOver() {
    history.add(0, write("a", 1, 2));
    history.add(1, swap("a", "b", true, 3, 6));
    history.add(2, write("c", 4, 5));
    history.add(0, read("b", 7, 8));
    assertCaught("* [7..8] read b");
  }

  @Test
  void aSwapThatFailedForNoReason() {
    history.add(0, write("a", 1, 2));
    history.add(1, swap("a", "b", false, 3, 4));
    assertCaught("swap a -> b false");
  }

  @Test
  void aValueThatNobodyWrote() {
    history.add(0, write("a", 1, 10));
    history.add(1, read("x", 2, 3));
    assertCaught("read x");
  }

  @Test
  void aWriteThatNeverHappened() {
    history.add(0, write("a", 1, 2));
    history.add(1, read(null, 3, 4));
    assertCaught("read absent");
  }

  /** Draws the calls of a register that is one, each at a moment within the call. */
  private static List<List<Call>> drawLinearizable(SplittableRandom random, int callsEach) {
    List<List<Call>> threads = new ArrayList<>(List.of(new ArrayList<>(), new ArrayList<>()));
    long[] free = new long[threads.size()];
    ByteString value = null;
    for (long moment = 10; threads.stream().anyMatch(calls -> calls.size() < callsEach); ) {
      int thread = random.nextInt(threads.size());
      moment = Math.max(moment, free[thread]) + 1 + random.nextInt(20);
      long called = random.nextLong(free[thread], moment);
      long returned = moment + random.nextInt(40);
      free[thread] = returned + 1;
      Call drawn = draw(random, called, returned);
      Call call =
          switch (drawn.kind()) {
            case WRITE -> drawn;
            case READ -> new Call(Kind.READ, null, value, true, called, returned);
            case EXISTS -> new Call(Kind.EXISTS, null, null, value != null, called, returned);
            case COMPARE_AND_SET ->
                drawn.fits(value)
                    ? drawn
                    : new Call(
                        drawn.kind(),
                        drawn.expected(),
                        drawn.value(),
                        !drawn.succeeded(),
                        called,
                        returned);
          };
      value = call.after(value);
      threads.get(thread).add(call);
    }
    return threads;
  }

  /** Draws a call with any result. */
  private static Call draw(SplittableRandom random, long called, long returned) {
    Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    return new Call(
        kind, drawValue(random), drawValue(random), random.nextBoolean(), called, returned);
  }

  private static @Nullable ByteString drawValue(SplittableRandom random) {
    return random.nextInt(3) == 0 ? null : bytes(String.valueOf(random.nextInt(3)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatARegisterDidIsLinearizable(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20; i++) {
      List<List<Call>> threads = drawLinearizable(random, 300);
      RegisterHistory drawn = new RegisterHistory(2);
      for (int thread = 0; thread < 2; thread++) {
        for (Call call : threads.get(thread)) {
          drawn.add(thread, call);
        }
      }
      drawn.check(null);
    }
  }

  /** Tries all orders, as slowly and as plainly as can be. */
  private static boolean isLinearizable(List<Call> left, @Nullable ByteString value) {
    if (left.isEmpty()) {
      return true;
    }
    for (Call first : left) {
      boolean mayBeFirst =
          left.stream().noneMatch(other -> other.returnedNanos() < first.calledNanos());
      if (mayBeFirst && first.fits(value)) {
        List<Call> rest = new ArrayList<>(left);
        rest.remove(first);
        if (isLinearizable(rest, first.after(value))) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void theVerdictIsThatOfTryingAllOrders() {
    SplittableRandom random = new SplittableRandom(1);
    int linearizable = 0;
    int others = 0;
    for (int i = 0; i < 20_000; i++) {
      RegisterHistory drawn = new RegisterHistory(3);
      List<Call> all = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        long now = random.nextInt(10);
        for (int call = 0; call < 2; call++) {
          long called = now + 1 + random.nextInt(6);
          now = called + 1 + random.nextInt(20);
          Call made = draw(random, called, now);
          drawn.add(thread, made);
          all.add(made);
        }
      }
      boolean expected = isLinearizable(all, null);
      boolean found = true;
      try {
        drawn.check(null);
      } catch (AssertionError e) {
        found = false;
      }
      assertThat(found).as("history %d: %s", i, all).isEqualTo(expected);
      linearizable += expected ? 1 : 0;
      others += expected ? 0 : 1;
    }
    assertThat(linearizable).isGreaterThan(1000);
    assertThat(others).isGreaterThan(1000);
  }
}
