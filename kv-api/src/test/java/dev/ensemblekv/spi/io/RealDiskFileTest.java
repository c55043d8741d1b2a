// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading while threads are interrupted, and while the file is closed. */
class RealDiskFileTest {
  private static final int FILE_BYTES = 300_000;
  private static final int THREADS = 4;

  @TempDir Path directory;
  private Path path;
  private Path elsewhere;

  @BeforeEach
  void createFile() throws IOException {
    path = directory.resolve("file");
    elsewhere = directory.resolve("elsewhere");
    byte[] bytes = new byte[FILE_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = byteAt(i);
    }
    Files.write(path, bytes);
  }

  private static byte byteAt(long position) {
    return (byte) ((position * 31) >>> 3);
  }

  private DiskFile open(boolean writable) throws IOException {
    return writable ? Disk.real().open(path) : Disk.real().openReadOnly(path);
  }

  private static void check(DiskFile file, long position, int length) throws IOException {
    byte[] bytes = new byte[length + 2];
    int count = file.read(position, bytes, 1, length);
    assertThat(count).isEqualTo((int) Math.min(length, FILE_BYTES - position));
    for (int i = 0; i < count; i++) {
      if (bytes[i + 1] != byteAt(position + i)) {
        throw new AssertionError("byte " + (position + i) + " is " + bytes[i + 1]);
      }
    }
    assertThat(bytes[0] | bytes[length + 1]).isZero();
  }

  /** A thread that channels see interrupted so often, each time when an operation has begun. */
  private static final class Interrupted extends Thread {
    private int times;

    Interrupted(int times, Runnable action) {
      super(action);
      this.times = times;
    }

    @Override
    public boolean isInterrupted() {
      return currentThread() == this && times-- > 0;
    }
  }

  private static void interrupted(int times, Callable<?> action) throws Exception {
    FutureTask<?> task = new FutureTask<>(action);
    Thread thread = new Interrupted(times, task);
    thread.start();
    thread.join();
    try {
      task.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : e;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1_000_000})
  void whatAnInterruptClosedIsOpenedAgain(int times) throws Exception {
    for (boolean writable : new boolean[] {false, true}) {
      try (DiskFile file = open(writable)) {
        interrupted(
            times,
            () -> {
              check(file, 5, 200_000);
              check(file, FILE_BYTES - 10, 100);
              assertThat(file.size()).isEqualTo(FILE_BYTES);
              file.force();
              return null;
            });
        check(file, 5, 10);
      }
    }
  }

  @Test
  void anotherFileUnderItsNameIsNeverRead() throws Exception {
    try (DiskFile reader = open(false);
        DiskFile writer = open(true)) {
      check(writer, 0, 1000);
      Files.move(path, elsewhere);
      Files.write(path, new byte[FILE_BYTES]);
      check(reader, 0, 1000);
      assertThatThrownBy(() -> interrupted(1, () -> reader.read(0, new byte[10], 0, 10)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another file has this name");
      interrupted(
          1,
          () -> {
            check(writer, 0, 1000);
            return null;
          });
      check(writer, 0, 1000);
      Files.move(elsewhere, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      check(reader, 0, 1000);
    }
  }

  @Test
  void aFileThatCannotBeOpenedAgainIsReadWhenItCan() throws Exception {
    try (DiskFile reader = open(false)) {
      Files.move(path, elsewhere);
      assertThatThrownBy(() -> interrupted(1, reader::size)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> check(reader, 0, 10)).isInstanceOf(IOException.class);
      Files.move(elsewhere, path);
      check(reader, 0, 10);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void threadsThatAreInterruptedAgainAndAgainReadWhatIsThere(boolean writable) throws Exception {
    try (DiskFile file = open(writable)) {
      List<FutureTask<?>> tasks = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        SplittableRandom random = new SplittableRandom(t);
        tasks.add(
            new FutureTask<>(
                () -> {
                  for (int i = 0; i < 1000; i++) {
                    check(file, random.nextInt(FILE_BYTES), random.nextInt(1, 3000));
                  }
                  return null;
                }));
        threads.add(new Thread(tasks.get(t)));
      }
      threads.forEach(Thread::start);
      while (threads.stream().anyMatch(Thread::isAlive)) {
        threads.forEach(Thread::interrupt);
      }
      for (FutureTask<?> task : tasks) {
        task.get();
      }
      assertThat(file.size()).isEqualTo(FILE_BYTES);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readersOfAFileThatIsClosedAreTold(boolean writable) throws Exception {
    DiskFile file = open(writable);
    CountDownLatch reading = new CountDownLatch(THREADS);
    List<FutureTask<?>> tasks = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      SplittableRandom random = new SplittableRandom(t);
      FutureTask<?> task =
          new FutureTask<>(
              () -> {
                while (true) {
                  check(file, random.nextInt(FILE_BYTES), random.nextInt(1, 3000));
                  reading.countDown();
                }
              });
      tasks.add(task);
      new Thread(task).start();
    }
    reading.await();
    file.close();
    file.close();
    for (FutureTask<?> task : tasks) {
      assertThatThrownBy(task::get).cause().isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> file.read(0, new byte[1], 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(file::force).isInstanceOf(IOException.class);
  }

  /** Returns how many bytes were read; whatever the file system, they are those of the file. */
  private static int checkPastCache(DiskFile file, long position, int length) throws IOException {
    byte[] bytes = new byte[length + 2];
    int count = file.readPastCache(position, bytes, 1, length);
    for (int i = 0; i < count; i++) {
      if (bytes[i + 1] != byteAt(position + i)) {
        throw new AssertionError("byte " + (position + i) + " is " + bytes[i + 1]);
      }
    }
    for (int i = Math.max(0, count) + 1; i < bytes.length; i++) {
      assertThat(bytes[i]).as("byte behind").isZero();
    }
    assertThat(bytes[0]).isZero();
    return count;
  }

  /** Which are none of the blocks that the file system reads. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pastTheCacheAnyPartOfAFileIsRead(boolean writable) throws Exception {
    int block = RealDiskDirectReads.BLOCK_BYTES;
    Files.write(path, new byte[RealDiskDirectReads.PART_BYTES * 2 + 77]);
    try (DiskFile file = Disk.real().open(path)) {
      byte[] bytes = new byte[RealDiskDirectReads.PART_BYTES * 2 + 77];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = byteAt(i);
      }
      file.write(0, bytes, 0, bytes.length);
      file.force();
    }
    int size = (int) Files.size(path);
    try (DiskFile file = open(writable)) {
      assumeThat(checkPastCache(file, 0, 1)).as("this file system can").isEqualTo(1);
      for (int position : new int[] {0, 1, block - 1, block, 5 * block + 3, size - block - 1}) {
        for (int length : new int[] {0, 1, block - 1, block, block + 1, 3 * block + 5}) {
          assertThat(checkPastCache(file, position, length))
              .isEqualTo(Math.min(length, size - position));
        }
      }
      assertThat(checkPastCache(file, 3, RealDiskDirectReads.PART_BYTES))
          .isEqualTo(RealDiskDirectReads.PART_BYTES);
      assertThat(checkPastCache(file, 0, size)).isEqualTo(size);
      assertThat(checkPastCache(file, 5, size)).isEqualTo(size - 5);
      assertThat(checkPastCache(file, size, 10)).isZero();
      assertThat(checkPastCache(file, size + 100_000, 10)).isZero();
    }
  }

  @Test
  void pastTheCacheNothingElseIsReadThanByACall() throws Exception {
    try (DiskFile reader = open(false)) {
      Files.move(path, elsewhere);
      assertThat(checkPastCache(reader, 0, 10)).isEqualTo(DiskFile.REFUSED);
      Files.write(path, new byte[FILE_BYTES]);
      assertThat(checkPastCache(reader, 0, 10)).isEqualTo(DiskFile.REFUSED);
    }
    DiskFile closed = Disk.real().openReadOnly(path);
    closed.close();
    assertThatThrownBy(() -> checkPastCache(closed, 0, 10)).isInstanceOf(IOException.class);
  }

  @Test
  void anInterruptDisturbsNoReadPastTheCache() throws Exception {
    try (DiskFile file = open(false)) {
      int before = checkPastCache(file, 0, 10);
      interrupted(
          1,
          () -> {
            assertThat(checkPastCache(file, 0, 10)).isIn(10, DiskFile.REFUSED);
            return null;
          });
      Thread.currentThread().interrupt();
      int count = checkPastCache(file, 0, 10);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(count).isEqualTo(before);
    }
  }

  @Test
  void aFinishedFileIsReadByAHandleThatCanBeTakenBack() throws Exception {
    HandleBudget handles = new HandleBudget(1);
    try (DiskFile file = RealDiskFile.open(path, handles)) {
      file.write(0, new byte[] {byteAt(0)}, 0, 1);
      file.finish();
      assertThat(openHandles()).isZero();
      check(file, 0, FILE_BYTES);
      assertThat(handles.count()).isEqualTo(1);
      assertThat(openHandles()).isEqualTo(1);
      Files.write(elsewhere, new byte[1]);
      try (DiskFile other = RealDiskFile.openReadOnly(elsewhere, handles)) {
        other.read(0, new byte[1], 0, 1);
        assertThat(handles.count()).isEqualTo(1);
        assertThat(openHandles()).isZero();
        check(file, 1000, 5000);
        file.force();
        assertThat(file.size()).isEqualTo(FILE_BYTES);
      }
      assertThatThrownBy(() -> file.write(0, new byte[1], 0, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reading only");
      assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(IOException.class);
      file.finish();
      check(file, 0, FILE_BYTES);
    }
    assertThat(openHandles()).isZero();
  }

  /** Returns how many handles this process has of the file. */
  private long openHandles() throws IOException {
    Path handles = Path.of("/proc/self/fd");
    assumeThat(handles).isDirectory();
    try (Stream<Path> open = Files.list(handles)) {
      return open.filter(handle -> isOfFile(handle)).count();
    }
  }

  private boolean isOfFile(Path handle) {
    try {
      return Files.readSymbolicLink(handle).equals(path.toRealPath());
    } catch (IOException e) {
      return false; // the handle by which they are listed
    }
  }

  @Test
  void aFileOpenForReadingIsNotWritten() throws Exception {
    try (DiskFile file = open(false)) {
      assertThatThrownBy(() -> file.write(0, new byte[1], 0, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reading only");
      assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(IOException.class);
      check(file, 0, FILE_BYTES);
    }
    assertThatThrownBy(() -> Disk.real().openReadOnly(directory)).isInstanceOf(IOException.class);
  }
}
