// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.tck.faults.ChildJvm;
import dev.ensemblekv.tck.faults.FailingCalls;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Chapter 7 on the machine that the tests run on, for any store: calls to the disk fail. */
abstract class FailingDiskChapter extends Chapter {
  /** So many times as long as for what must happen the child may take for all of it. */
  private static final int LIMITS = 4;

  /** If this fails, look for a sync whose result is not looked at, or that is tried again. */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule("7.3")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-7.3 A sync that fails is told, and takes nothing away that was durable")
  void failingSyncs() throws Exception {
    fail(FailingCalls.SYNCS, 2, 6);
  }

  /** If this fails, check what is left of a write that failed, in memory and in the file. */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule("7.3")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-7.3 A write that the disk fails is told, and takes nothing away")
  void failingWrites() throws Exception {
    fail(FailingCalls.WRITES, 4);
  }

  /** Lets calls with certain numbers fail, and later ones if more effort is wanted. */
  private void fail(List<String> calls, int... numbers) throws Exception {
    assumeFiles();
    store().close();
    boolean seen = false;
    for (int i = 0; i < tck().effort(); i++) {
      for (int number : numbers) {
        int later = number + i;
        seen |= fails(calls, later, temp.resolve("failing-" + later + "-" + i));
      }
    }
    Assumptions.assumeTrue(seen, "cannot be seen: the store makes no such calls");
  }

  /** Runs a process whose calls fail, and checks what it left; tells whether one failed. */
  private boolean fails(List<String> calls, int number, Path directory) throws Exception {
    try (KvStore store = tck().open(directory, tck().options())) {
      FailingDisk.prepare(store);
    }
    Path scratch = temp.resolve(directory.getFileName() + "-child");
    try (ChildJvm child =
        ChildJvm.start(
            TckChild.class,
            scratch,
            tck().getClass().getName(),
            TckChild.FAIL,
            directory.toString(),
            scratch.resolve("other").toString())) {
      String ready = child.readLine();
      assertThat(ready).as("what the child says: %s", child.errors()).isEqualTo(TckChild.OPENED);
      FailingCalls failing =
          FailingCalls.begin(child, calls, "EIO", number, temp, tck().mustHappen());
      child.endInput();
      ChildJvm.Ended ended = child.awaitEnd(tck().mustHappen().multipliedBy(LIMITS));
      List<String> failed = failing.happened();
      try {
        ended.assertSucceeded();
        FailingDisk.Outcome outcome = FailingDisk.Outcome.in(ended.output());
        assertThat(outcome.told() || failed.isEmpty()).as("the failure is told").isTrue();
        check(directory, outcome);
      } catch (AssertionError e) {
        throw new AssertionError("failed: " + failed + ": " + e.getMessage(), e);
      }
      return !failed.isEmpty();
    }
  }

  private void check(Path directory, FailingDisk.Outcome outcome) {
    try (KvStore again = tck().open(directory, tck().options())) {
      AfterFailure.assertContentsBut(
          "after reopening", outcome.unknown(), again, outcome.expected());
      assertThat(again.verify().result().problems()).as("what verify finds").isEmpty();
      again.put(outcome.unknown(), value(2));
      again.flush();
      assertValue(again, outcome.unknown(), value(2));
    }
  }
}
