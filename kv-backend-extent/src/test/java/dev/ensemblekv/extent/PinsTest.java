// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PinsTest {
  private final Pins pins = new Pins();
  private final List<String> disposed = new ArrayList<>();

  @Test
  void withNobodyInsideItIsDisposedOfAtOnce() {
    pins.retire(() -> disposed.add("a"));
    assertThat(disposed).containsExactly("a");
    assertThat(pins.disposeOfWhatCanBe()).isFalse();
  }

  @Test
  void whatIsRetiredWaitsForThoseWhoEnteredBefore() {
    int before = pins.enter();
    pins.retire(() -> disposed.add("a"));
    int between = pins.enter();
    pins.retire(() -> disposed.add("b"));
    assertThat(pins.disposeOfWhatCanBe()).isTrue();
    assertThat(disposed).isEmpty();
    pins.leave(before);
    pins.disposeOfWhatCanBe();
    assertThat(disposed).doesNotContain("b");
    int after = pins.enter();
    pins.leave(between);
    pins.disposeOfWhatCanBe();
    pins.leave(after);
    assertThat(pins.disposeOfWhatCanBe()).isFalse();
    assertThat(disposed).containsExactly("a", "b");
  }

  @Test
  void whoReadsForLongIsNotWaitedFor() {
    int slot = pins.enter();
    pins.retireSoon(() -> disposed.add("a"));
    assertThat(disposed).isEmpty();
    pins.leaveAfterLong(slot);
    assertThat(disposed).containsExactly("a");
  }

  @Test
  void whoeverComesLaterDoesNotHoldItUpForEver() {
    int slot = pins.enter();
    pins.retire(() -> disposed.add("a"));
    for (int i = 0; i < 10 && disposed.isEmpty(); i++) {
      int next = pins.enter();
      pins.leave(slot);
      slot = next;
      pins.disposeOfWhatCanBe();
    }
    assertThat(disposed).containsExactly("a");
    pins.leave(slot);
  }

  /** A thing that somebody may look at only until it is disposed of. */
  private static final class Thing {
    final AtomicBoolean gone = new AtomicBoolean();
  }

  @Test
  void nothingIsDisposedOfUnderAReader() throws Exception {
    int things = 20_000;
    AtomicReference<Thing> current = new AtomicReference<>(new Thing());
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger disposals = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(
            threads.submit(
                () -> {
                  while (!ended.get()) {
                    int slot = pins.enter();
                    Thing thing = current.get();
                    for (int look = 0; look < 20; look++) {
                      assertThat(thing != null && thing.gone.get()).isFalse();
                    }
                    pins.leave(slot);
                  }
                }));
      }
      for (int i = 0; i < things; i++) {
        Thing old = current.getAndSet(new Thing());
        pins.retire(
            () -> {
              old.gone.set(true);
              disposals.getAndIncrement();
            });
      }
      ended.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
    } finally {
      ended.set(true);
      threads.shutdownNow();
      threads.awaitTermination(1, TimeUnit.MINUTES);
    }
    assertThat(pins.disposeOfWhatCanBe()).isFalse();
    assertThat(disposals.get()).isEqualTo(things);
  }
}
