// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.internal.ByteString;
import dev.ensemblekv.tck.sim.CrashExplorer;
import dev.ensemblekv.tck.sim.CrashSearch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Chapter 5: what is still there after the process or the power is gone. */
abstract class DurabilityChapter extends Chapter {
  private static final int THREADS = 4;

  /** If this fails, check what flush does and what the close after it takes back. */
  @Test
  @Rule(value = "5.2", partly = true)
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-5.2 What was flushed is there when the store is opened again")
  void flushedWritesAreThere() {
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int round = 0; round < 4; round++) {
      KvStore store = store();
      for (int i = 0; i < 50; i++) {
        byte[] key = key(i * (round + 1));
        store.put(key, value(round));
        expected.put(ByteString.of(key), ByteString.of(value(round)));
      }
      store.delete(key(round));
      expected.remove(ByteString.of(key(round)));
      store.flush();
      assertContents(store, expected);
      assertContents(reopen(), expected);
    }
  }

  /**
   * Crashes a simulated machine before each change of its disk. If this fails, the message has the
   * crash; look for the file or directory that was not forced before something relied on it.
   */
  @Test
  @Rule(value = "5.2", also = "5.4")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-5.2 What was flushed survives a loss of power, and the store opens")
  void flushedWritesSurvivePowerLoss(TestReporter reporter) throws Exception {
    seeded(reporter, seed -> explore(reporter, tck().options(), false, seed));
  }

  /** If this fails, check that a write returns only after what makes it durable. */
  @Test
  @Rule(value = "5.3", also = "5.4")
  @Requires({KvFeature.PERSISTENT, KvFeature.SYNC_WRITES})
  @DisplayName("KV-5.3 With sync each write survives a loss of power at its return")
  void syncedWritesSurvivePowerLoss(TestReporter reporter) throws Exception {
    KvOptions options = tck().options().toBuilder().set(KvOptions.SYNC, true).build();
    seeded(reporter, seed -> explore(reporter, options, true, seed));
  }

  private void explore(TestReporter reporter, KvOptions options, boolean syncs, long seed) {
    SimulatedSubject subject = SimulatedSubject.of(this);
    CrashExplorer.Result result =
        CrashSearch.of(machine -> subject.open(machine, options))
            .setUp(tck()::setUp)
            .synced(syncs)
            .explorer(seed)
            .outcomes(3)
            .maxPoints(80 * tck().effort())
            .maxSecondPoints(1)
            .build()
            .explore();
    reporter.publishEntry("crashStates", String.valueOf(result.crashStates()));
    assertThat(result.crashStates()).isPositive();
  }

  /** If this fails, check a flush or a forced write that is shared by waiting threads. */
  @Test
  @Rule(value = "5.3", partly = true)
  @Requires({KvFeature.PERSISTENT, KvFeature.SYNC_WRITES})
  @DisplayName("KV-5.3 Many threads write with SYNC, and all of it is there when reopened")
  void syncedWritesOfManyThreads() throws Exception {
    KvStore store = store();
    List<Future<?>> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int first = i * 1000;
      threads.add(
          startRunning(
              () -> {
                for (int j = first; j < first + 20; j++) {
                  store.write(new KvBatch().put(key(j), value(j)), Durability.SYNC);
                }
              }));
    }
    for (Future<?> thread : threads) {
      inTime("writes with SYNC", thread);
    }
    KvStore reopened = reopen();
    assertThat(reopened.size()).isEqualTo(THREADS * 20);
    for (int i = 0; i < THREADS; i++) {
      assertValue(reopened, key(i * 1000 + 19), value(i * 1000 + 19));
    }
  }

  /** If this fails, check which of two files holds the newer value, and when tombstones go. */
  @Test
  @Rule(value = "5.4", partly = true)
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-5.4 Neither an older value nor a deleted key ever comes back")
  void nothingComesBack() {
    Map<ByteString, ByteString> expected = new TreeMap<>();
    for (int round = 0; round < 12; round++) {
      KvStore store = store();
      for (int i = 0; i < 20; i++) {
        if ((i + round) % 3 == 0) {
          store.delete(key(i));
          expected.remove(ByteString.of(key(i)));
        } else if ((i + round) % 3 == 1) {
          store.put(key(i), value(round * 100 + i));
          expected.put(ByteString.of(key(i)), ByteString.of(value(round * 100 + i)));
        }
      }
      if (round % 3 == 0) {
        store.flush();
      }
      if (round % 4 == 1 && has(KvFeature.COMPACT)) {
        store.compact().result();
      }
      assertContents(reopen(), expected);
    }
  }
}
