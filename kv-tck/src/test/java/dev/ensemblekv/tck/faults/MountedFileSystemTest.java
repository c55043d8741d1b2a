// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ensemblekv.tck.faults.MountedFileSystem.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Skipped where nothing can be mounted. */
class MountedFileSystemTest {
  private static final long BYTES = 320L << 20;
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  @TempDir Path temp;

  @ParameterizedTest
  @EnumSource(names = {"EXT4", "XFS"})
  void whatWasNotForcedIsGoneAfterALossOfPower(Kind kind) throws Exception {
    Path directory;
    try (MountedFileSystem mounted = MountedFileSystem.mount(kind, BYTES, temp)) {
      directory = mounted.directory();
      Path forced = Files.writeString(directory.resolve("forced"), "durable");
      force(forced);
      force(directory);
      Files.writeString(forced, "more", StandardOpenOption.APPEND);
      Files.writeString(directory.resolve("pending"), "lost");
      mounted.shutDown();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> Files.writeString(directory.resolve("late"), "refused"));
      mounted.remount();
      assertThat(forced).hasContent("durable");
      assertThat(directory.resolve("pending")).doesNotExist();
      Files.writeString(directory.resolve("new"), "it works on");
    }
    assertThat(directory).doesNotExist();
    assertThat(MOUNTS).content().doesNotContain(directory.toString());
    assertThat(temp).isEmptyDirectory();
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Test
  void oneInMemoryHasItsSizeAndNoPowerToLose() throws Exception {
    try (MountedFileSystem mounted = MountedFileSystem.mount(Kind.TMPFS, 1 << 20, temp)) {
      Path file = mounted.directory().resolve("file");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> Files.write(file, new byte[2 << 20]));
      assertThatIllegalStateException().isThrownBy(mounted::shutDown);
    }
  }

  @Test
  void oneThatIsInUseIsUnmountedAllTheSame() throws Exception {
    MountedFileSystem mounted = MountedFileSystem.mount(Kind.TMPFS, 1 << 20, temp);
    Path directory = mounted.directory();
    try (FileChannel open =
        FileChannel.open(
            directory.resolve("open"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      mounted.close();
      assertThat(open.isOpen()).isTrue();
    }
    assertThat(directory).doesNotExist();
  }

  /** Mounts and waits, to be killed, or ends without closing. */
  static final class Forgetful {
    private Forgetful() {}

    public static void main(String[] args) throws Exception {
      MountedFileSystem mounted = MountedFileSystem.mount(Kind.TMPFS, 1 << 20, Path.of(args[0]));
      System.out.println(mounted.directory());
      if (args.length == 1) {
        System.in.read();
      }
    }
  }

  @Test
  void aJvmThatEndsLeavesNothingMounted() throws Exception {
    MountedFileSystem.mount(Kind.TMPFS, 1 << 20, temp).close(); // skipped where this is
    ChildJvm.Ended ended =
        ChildJvm.run(Forgetful.class, temp, Duration.ofMinutes(10), temp.toString(), "end");
    ended.assertSucceeded();
    assertThat(Path.of(ended.output().strip())).doesNotExist();
  }

  @Test
  void theNextMountSweepsWhatAKilledJvmLeft() throws Exception {
    MountedFileSystem.mount(Kind.TMPFS, 1 << 20, temp).close(); // skipped where this is
    Path left;
    try (ChildJvm child = ChildJvm.start(Forgetful.class, temp, temp.toString())) {
      left = Path.of(Objects.requireNonNull(child.readLine()));
      assertThat(MOUNTS).content().contains(left.toString());
      child.kill(); // from now on any test that mounts something sweeps, also in another process
    }
    MountedFileSystem.mount(Kind.TMPFS, 1 << 20, temp).close();
    assertThat(MOUNTS).content().doesNotContain(left.toString());
    while (Files.exists(left)) { // by another process, which has unmounted it just now
      Thread.onSpinWait();
    }
  }
}
