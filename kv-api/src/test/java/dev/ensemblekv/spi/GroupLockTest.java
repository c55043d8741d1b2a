// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who goes on when a lock is released whose holder worked for others. */
@Timeout(60)
class GroupLockTest {
  private final AtomicLong reached = new AtomicLong();
  private final GroupLock lock = new GroupLock(reached::get);
  private final List<Thread> threads = new ArrayList<>();

  /** Starts a thread, which is waiting for the lock when this returns. */
  private Thread waiting(Runnable body) {
    Thread thread = new Thread(body);
    threads.add(thread);
    thread.start();
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }

  private void awaitAll() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void whoseGoalIsReachedDoesNotWaitForTheNextHolder() throws InterruptedException {
    CountDownLatch othersWent = new CountDownLatch(3);
    AtomicBoolean isNextDone = new AtomicBoolean();
    lock.lock();
    waiting(
        () -> {
          assertThat(lock.lockUnlessReached(2)).isTrue();
          awaitUninterrupted(othersWent);
          isNextDone.set(true);
          lock.unlock();
        });
    for (int i = 0; i < 3; i++) {
      waiting(
          () -> {
            if (!lock.lockUnlessReached(1)) {
              othersWent.countDown();
            }
          });
    }
    reached.set(1);
    lock.unlock();
    awaitAll();
    assertThat(isNextDone).isTrue();
  }

  @Test
  void whoIsCalledWithNothingLeftToDoPassesTheCallOn() throws InterruptedException {
    AtomicBoolean isReleased = new AtomicBoolean();
    GroupLock late =
        new GroupLock(
            () -> {
              long now = reached.get();
              reached.set(isReleased.get() ? 1 : 0); // just after it was looked at
              return now;
            });
    late.lock();
    waiting(() -> late.lockUnlessReached(1));
    waiting(() -> takeAndRelease(late));
    isReleased.set(true);
    late.unlock();
    awaitAll();
    assertIsFree(late);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anInterruptDisturbsNothingAndStaysSet() throws InterruptedException {
    AtomicBoolean wasInterrupted = new AtomicBoolean();
    lock.lock();
    Thread thread =
        waiting(
            () -> {
              if (!lock.lockUnlessReached(1)) {
                wasInterrupted.set(Thread.interrupted());
              }
            });
    thread.interrupt();
    while (thread.isInterrupted() || thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    reached.set(1);
    lock.unlock();
    awaitAll();
    assertThat(wasInterrupted).isTrue();
  }

  @Test
  void itIsNotHeldForAGoalThatTheHolderBeforeHasReached() throws InterruptedException {
    AtomicLong goals = new AtomicLong();
    GroupLock late = new GroupLock(goals::getAndIncrement); // reached after it was looked at
    assertThat(late.lockUnlessReached(1)).isFalse();
    assertIsFree(late);
  }

  @Test
  void itIsReleasedEvenIfNobodyCanTellWhatIsReached() throws InterruptedException {
    AtomicBoolean isBroken = new AtomicBoolean();
    GroupLock broken =
        new GroupLock(
            () -> {
              if (isBroken.getAndSet(false)) {
                throw new IllegalStateException("not known");
              }
              return 0;
            });
    broken.lock();
    Thread next = waiting(() -> takeAndRelease(broken));
    isBroken.set(true);
    assertThatThrownBy(broken::unlock).hasMessage("not known");
    next.join();
    assertIsFree(broken);
  }

  private static void takeAndRelease(GroupLock lock) {
    lock.lock();
    lock.unlock();
  }

  /** Waits for the lock in another thread, which gets it if it is free. */
  private static void assertIsFree(GroupLock lock) throws InterruptedException {
    Thread other = new Thread(() -> takeAndRelease(lock));
    other.start();
    other.join();
  }
}
