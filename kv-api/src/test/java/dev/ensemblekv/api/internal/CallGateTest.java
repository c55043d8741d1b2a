// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.StoreClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CallGateTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 2000;

  @Test
  void nobodyIsInsideOnceTheCloserHasWaited() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        CallGate gate = new CallGate();
        AtomicBoolean closed = new AtomicBoolean();
        List<Future<Boolean>> callers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          callers.add(threads.submit(() -> neverInsideAfterClose(gate, closed)));
        }
        gate.shut();
        gate.awaitEmpty();
        closed.set(true);
        for (Future<Boolean> caller : callers) {
          assertThat(caller.get(10, TimeUnit.MINUTES)).isTrue();
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean neverInsideAfterClose(CallGate gate, AtomicBoolean closed) {
    while (true) {
      int ticket = gate.tryEnter();
      if (ticket < 0) {
        return true;
      }
      boolean sound = !closed.get();
      gate.leave(ticket);
      if (!sound) {
        return false;
      }
    }
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndStays() throws Exception {
    CallGate gate = new CallGate();
    int ticket = gate.enter();
    gate.shut();
    AtomicBoolean left = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> closer =
          thread.submit(
              () -> {
                Thread.currentThread().interrupt();
                gate.awaitEmpty();
                return left.get() && Thread.interrupted();
              });
      left.set(true);
      gate.leave(ticket);
      assertThat(closer.get(10, TimeUnit.MINUTES)).isTrue();
    } finally {
      thread.shutdownNow();
    }
    assertThatThrownBy(gate::enter).isInstanceOf(StoreClosedException.class);
  }
}
