// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ensemblekv.spi.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
  private final Disk disk = Disk.real();

  @TempDir Path temp;

  @Test
  void aFolderIsGoneWhenItIsClosed() throws IOException {
    try (ScratchFolder folder = ScratchFolder.create(disk, temp)) {
      Files.writeString(folder.path().resolve("file"), "text");
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void whatDeadProcessesLeftIsSweptAndWhatLiveOnesHaveStays() throws IOException {
    Path dead = Files.createDirectories(temp.resolve("ensemblekv-leveldb-0123"));
    Files.writeString(dead.resolve("libleveldbjni.so"), "text");
    Files.writeString(dead.resolve("lock"), "");
    Path other = Files.createDirectories(temp.resolve("other"));
    try (ScratchFolder live = ScratchFolder.create(disk, temp)) {
      Files.writeString(live.path().resolve("file"), "text");
      ScratchFolder.sweep(disk, temp);
      assertThat(dead).doesNotExist();
      assertThat(other).exists();
      assertThat(live.path().resolve("file")).exists();
      assertThat(disk.tryLock(live.path().resolve("lock"))).as("the lock").isEmpty();
    }
  }

  @Test
  void whatALinkInAFolderPointsToIsNotSwept() throws IOException {
    Path precious = Files.createDirectories(temp.resolve("precious"));
    Files.writeString(precious.resolve("file"), "text");
    Path dead = Files.createDirectories(temp.resolve("ensemblekv-leveldb-0123"));
    Files.createSymbolicLink(dead.resolve("link"), precious);
    ScratchFolder.sweep(disk, temp);
    assertThat(precious.resolve("file")).exists();
    assertThat(dead).doesNotExist();
  }

  @Test
  void theLibraryIsLoadedWithoutATraceInTheProperties() {
    NativeLibrary.load();
    assertThat(System.getProperty("library.leveldbjni.path")).isNull();
  }
}
