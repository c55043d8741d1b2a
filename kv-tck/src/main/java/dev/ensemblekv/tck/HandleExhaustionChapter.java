// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.tck.faults.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Chapter 7 on the machine that the tests run on, for any store: no file can be opened any more.
 */
abstract class HandleExhaustionChapter extends Chapter {
  private static final Path NULL_DEVICE = Path.of("/dev/null");

  /** So many times as long as for what must happen the child may take for all of it. */
  private static final int LIMITS = 6;

  /**
   * Opens the store and works with it in a process that has as many files open as it may. If this
   * fails, look for an error of opening a file that is taken for its absence, and for what stays
   * half open after a failure.
   */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule("7.3")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-7.3 When no more files can be opened that is told, and nothing is lost")
  void noMoreFiles() throws Exception {
    assumeFiles();
    Assumptions.assumeTrue(
        Files.exists(NULL_DEVICE), "cannot be seen on this machine: it has no /dev/null");
    store().close();
    ChildJvm.run(
            ChildJvm.withFiles(HandleExhaustion.MOST_FILES),
            TckChild.class,
            temp.resolve("child"),
            tck().mustHappen().multipliedBy(LIMITS),
            tck().getClass().getName(),
            TckChild.EXHAUST,
            temp.resolve("exhausted").toString())
        .assertSucceeded();
  }
}
