// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFailedException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.tck.internal.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What must hold of a store that had a failure, whatever failed. */
final class AfterFailure {
  /** The key that is written after the failure. */
  static final byte[] AFTER = Chapter.bytes("after");

  /** More than there are threads that may meet the failure, each for the first time. */
  private static final int MAX_TRIES = 40;

  private static final long POLL_NANOS = 1_000_000;

  private AfterFailure() {}

  /** Does something; returns what the store throws. */
  static @Nullable KvException attempt(Runnable call) {
    try {
      call.run();
      return null;
    } catch (KvException e) {
      return e;
    } catch (RuntimeException e) {
      throw new AssertionError("what the store throws is not a KvException: " + e, e);
    }
  }

  /**
   * Checks and closes a store once what failed is well again: it works on, which a store that loses
   * nothing at a crash may do only if the disk was full; or it has failed, and says so whenever it
   * would have to make something durable, and in its state. Notes what it wrote.
   *
   * @param limit how long it may take until background work that failed too is tried again; {@code
   *     null}: it may fail again, as each thread may meet the failure
   */
  static void check(
      KvStore store,
      @Nullable KvException failure,
      Map<ByteString, ByteString> expected,
      @Nullable Duration limit) {
    KvException last = failure;
    for (int i = 0; i < MAX_TRIES && (i == 0 || last != null); i++) {
      last =
          attempt(
              () -> {
                store.put(AFTER, Chapter.value(1));
                store.flush();
              });
    }
    if (last == null) {
      boolean mayWorkOn =
          failure == null
              || failure instanceof StoreFullException
              || !store.features().contains(KvFeature.SURVIVES_PROCESS_CRASH);
      assertThat(mayWorkOn).as("a store that works on after %s", failure).isTrue();
      expected.put(ByteString.of(AFTER), ByteString.of(Chapter.value(1)));
      if (limit == null) {
        attempt(store::close);
      } else {
        awaitOpen(store, limit);
        store.close();
      }
    } else {
      assertThat(last).as("a write after %s", failure).isInstanceOf(StoreFailedException.class);
      assertThat(store.stats().state()).isIn(KvState.FAILED, KvState.DEGRADED);
      assertThatThrownBy(store::close, "closing after %s", last).isInstanceOf(KvException.class);
      store.close();
    }
  }

  private static void awaitOpen(KvStore store, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (store.stats().state() != KvState.OPEN && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    assertThat(store.stats().state())
        .as("the state, %s after the failure was over", limit)
        .isEqualTo(KvState.OPEN);
  }

  /** Checks what is in a store, but for the keys of writes that may or may not have happened. */
  static void assertContentsBut(
      String when, byte[] unknown, KvStore store, Map<ByteString, ByteString> expected) {
    Map<ByteString, ByteString> found = Chapter.contents(store);
    for (byte[] uncertain : List.of(unknown, AFTER)) {
      ByteString key = ByteString.of(uncertain);
      if (!expected.containsKey(key)) {
        found.remove(key);
      }
    }
    assertThat(found).as(when).isEqualTo(expected);
  }
}
