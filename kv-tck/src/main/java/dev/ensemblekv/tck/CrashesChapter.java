// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.tck.faults.ChildJvm;
import dev.ensemblekv.tck.faults.MountedFileSystem;
import dev.ensemblekv.tck.report.Outcome;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Chapter 5 on the machine that the tests run on, for any store: processes that write to it are
 * killed, file systems that it is on lose their power.
 */
abstract class CrashesChapter extends Chapter {
  private static final int KILLS = 5;
  private static final int POWER_LOSSES = 3;

  /** So that the first power loss comes while the store is written to. */
  private static final int FIRST_POWER_LOSS = 1;

  private static final long EXT4_BYTES = 128L << 20;
  private static final long XFS_BYTES = 320L << 20;

  /** If this fails, check what waits in memory after a write returned, and the torn last record. */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule(
      value = "5.1",
      also = {"4.2", "5.4"})
  @Requires({KvFeature.SURVIVES_PROCESS_CRASH, KvFeature.PERSISTENT})
  @DisplayName("KV-5.1 Each completed write survives kill -9, while opening, writing and closing")
  void killedProcesses(TestReporter reporter) throws Exception {
    kill(reporter, true);
  }

  /** If this fails, check that what replaces a file is whole before it takes its place. */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule(value = "5.4", also = "4.2")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-5.4 kill -9 takes at most the latest changes of a key, none of them durable")
  void killedProcessesOfWriteBehindStores(TestReporter reporter) throws Exception {
    Assumptions.assumeFalse(
        has(KvFeature.SURVIVES_PROCESS_CRASH),
        Outcome.doesNotBind("a store that loses nothing; KV-5.1 does"));
    kill(reporter, false);
  }

  private void kill(TestReporter reporter, boolean completedSurvives) throws Exception {
    Path directory = temp.resolve("killed");
    run(
        reporter,
        (features, seed) ->
            new CrashCycles(tck(), directory, temp, features, completedSurvives, seed)
                .run(KILLS * tck().effort(), 0, ChildJvm::kill));
  }

  /** If this fails, look for a file or directory that is not forced before it is relied on. */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule(
      value = "5.2",
      also = {"4.2", "5.3", "5.4"})
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-5.2 What was flushed or synced survives a loss of power of ext4")
  void powerLossOfExt4(TestReporter reporter) throws Exception {
    losePower(reporter, MountedFileSystem.Kind.EXT4, EXT4_BYTES);
  }

  /** If this fails, look for a file or directory that is not forced before it is relied on. */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule(
      value = "5.2",
      also = {"4.2", "5.3", "5.4"})
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-5.2 What was flushed or synced survives a loss of power of xfs")
  void powerLossOfXfs(TestReporter reporter) throws Exception {
    losePower(reporter, MountedFileSystem.Kind.XFS, XFS_BYTES);
  }

  private void losePower(TestReporter reporter, MountedFileSystem.Kind kind, long sizeBytes)
      throws Exception {
    assumeFiles();
    try (MountedFileSystem mounted = MountedFileSystem.mount(kind, sizeBytes, temp)) {
      Path directory = mounted.directory().resolve("store");
      run(
          reporter,
          (features, seed) ->
              new CrashCycles(tck(), directory, temp, features, false, seed)
                  .run(
                      POWER_LOSSES * tck().effort(),
                      FIRST_POWER_LOSS,
                      writer -> {
                        writer.stop(tck().mustHappen());
                        mounted.shutDown();
                        writer.kill();
                        mounted.remount();
                      }));
    }
  }

  /** Some cycles, drawn from a seed. */
  @FunctionalInterface
  private interface Cycles {
    void run(Set<KvFeature> features, long seed) throws Exception;
  }

  private void run(TestReporter reporter, Cycles cycles) throws Exception {
    Set<KvFeature> features = store().features();
    store().close();
    seeded(reporter, seed -> cycles.run(features, seed));
  }
}
