// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck;

import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.tck.faults.ChildJvm;
import dev.ensemblekv.tck.faults.MountedFileSystem;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Chapter 7 on the machine that the tests run on, for any store: a file system gets full. */
abstract class FullFileSystemChapter extends Chapter {
  private static final long FILE_SYSTEM_BYTES = 32L << 20;
  private static final int BALLAST_BYTES = 16 << 20;

  /**
   * Fills a file system in memory, in a process that must not die of it. If this fails, check that
   * room is made sure of before it is written to, above all through a mapping.
   */
  @Test
  @Tag(KvStoreTck.MACHINE)
  @Rule("7.3")
  @Requires(KvFeature.PERSISTENT)
  @DisplayName("KV-7.3 On a full file system nothing is lost, and the process lives")
  void fullFileSystem() throws Exception {
    assumeFiles();
    store().close();
    try (MountedFileSystem mounted =
        MountedFileSystem.mount(MountedFileSystem.Kind.TMPFS, FILE_SYSTEM_BYTES, temp)) {
      Path ballast = mounted.directory().resolve("ballast");
      try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
        file.write(new byte[BALLAST_BYTES]);
      }
      ChildJvm.run(
              TckChild.class,
              temp.resolve("child"),
              tck().mustHappen().multipliedBy(4),
              tck().getClass().getName(),
              TckChild.FILL,
              mounted.directory().resolve("store").toString(),
              ballast.toString())
          .assertSucceeded();
    }
  }
}
