// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RealDiskTest {
  private final Disk disk = Disk.real();
  @TempDir Path directory;

  @Test
  void readsAndWritesAtAnyPositionInAnyLength() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    byte[] model = new byte[300_000];
    try (DiskFile file = disk.create(directory.resolve("file"))) {
      for (int i = 0; i < 100; i++) {
        int from = random.nextInt(model.length);
        byte[] bytes = new byte[random.nextInt(model.length - from)];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, model, from, bytes.length);
        file.write(from, bytes, 0, bytes.length);
      }
      byte[] found = new byte[model.length];
      int length = file.read(0, found, 0, found.length);
      assertThat(length).isEqualTo((int) file.size());
      assertThat(Arrays.copyOf(found, length)).isEqualTo(Arrays.copyOf(model, length));
      file.truncate(10);
      assertThat(file.read(5, found, 0, 100)).isEqualTo(5);
      assertThat(file.read(50, found, 0, 100)).isZero();
      file.truncate(100);
      assertThat(file.size()).isEqualTo(10);
      file.force();
    }
  }

  @Test
  void interruptsDisturbNothingAndStay() throws Exception {
    Path path = directory.resolve("file");
    Thread.currentThread().interrupt();
    try (DiskFile file = disk.create(path)) {
      file.write(0, new byte[200_000], 0, 200_000);
      file.force();
      disk.syncDirectory(directory);
      assertThat(file.read(0, new byte[10], 0, 10)).isEqualTo(10);
      DiskFiles.replace(disk, directory.resolve("other"), new byte[] {1, 2, 3});
      assertThat(file.size()).isEqualTo(200_000);
      try (DiskLock lock = disk.tryLock(directory.resolve("LOCK")).orElseThrow()) {
        assertThat(lock).isNotNull();
      }
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void whatIsMissingOrThereAlreadyIsTold() throws Exception {
    Path path = directory.resolve("file");
    assertThatThrownBy(() -> disk.open(path)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.openReadOnly(path)).isInstanceOf(NoSuchFileException.class);
    disk.create(path).close();
    assertThatThrownBy(() -> disk.create(path)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> disk.createDirectories(path)).isInstanceOf(IOException.class);
    disk.delete(path);
    disk.delete(path);
    assertThat(disk.exists(path)).isFalse();
  }

  @Test
  void aLockIsHeldOnceAndCanBeTakenAgainAfterwards() throws Exception {
    Path file = directory.resolve("LOCK");
    DiskLock lock = disk.tryLock(file).orElseThrow();
    assertThat(disk.tryLock(file)).isEmpty();
    Path link =
        Files.createSymbolicLink(
            directory.resolveSibling(directory.getFileName() + "-link"), directory);
    try {
      assertThat(disk.tryLock(link.resolve("LOCK"))).as("by another path").isEmpty();
    } finally {
      Files.delete(link);
    }
    lock.close();
    lock.close();
    disk.tryLock(file).orElseThrow().close();
  }

  @Test
  void replacingLeavesTheOldFileIfTheNewOneFails() throws Exception {
    Path path = directory.resolve("file");
    DiskFiles.replace(disk, path, "old".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(
            () ->
                DiskFiles.replace(
                    disk,
                    path,
                    file -> {
                      file.write(0, new byte[10], 0, 10);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(path).hasContent("old");
    assertThat(disk.list(directory)).containsExactly("file");
    assertThatThrownBy(() -> DiskFiles.read(disk, path, 2)).hasMessageContaining("more than 2");
  }

  @Test
  void aTreeIsDeletedWhole() throws Exception {
    Path tree = directory.resolve("a");
    disk.createDirectories(tree.resolve("b/c"));
    disk.create(tree.resolve("b/c/file")).close();
    DiskFiles.deleteTree(disk, tree);
    assertThat(disk.exists(tree)).isFalse();
    DiskFiles.deleteTree(disk, tree);
  }

  @Test
  void aFullDiskIsToldFromOtherErrors() {
    assertThat(DiskFiles.isDiskFull(new IOException("No space left on device"))).isTrue();
    assertThat(DiskFiles.isDiskFull(new RuntimeException(new IOException("Disk quota exceeded"))))
        .isTrue();
    assertThat(DiskFiles.isDiskFull(new IOException("Input/output error"))).isFalse();
  }

  @Test
  void aLinkIsASecondNameOfTheFile() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "content");
    Path link = directory.resolve("link");
    disk.link(file, link);
    disk.delete(file);
    assertThat(link).hasContent("content");
    assertThatThrownBy(() -> disk.link(file, directory.resolve("third")))
        .isInstanceOf(NoSuchFileException.class);
    Files.writeString(file, "another");
    assertThatThrownBy(() -> disk.link(file, link)).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void howManyFilesMayBeOpenedIsKnown() {
    assertThat(disk.freeHandles()).isPositive().isLessThan(Long.MAX_VALUE);
  }
}
