// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
  private static final String PREFIX = "scratch-";
  private static final int THREADS = 4;
  private static final int ROUNDS = 50;

  @TempDir Path temp;

  private Path dead(String name) throws IOException {
    Path folder = Files.createDirectory(temp.resolve(PREFIX + name));
    Files.writeString(folder.resolve("lock"), "");
    Files.writeString(folder.resolve("file"), "text");
    return folder;
  }

  @Test
  void nobodyElseMayEnter() throws IOException {
    assumeTrue(temp.getFileSystem().supportedFileAttributeViews().contains("posix"));
    try (ScratchFolder folder = ScratchFolder.create(temp, PREFIX)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void aFolderIsGoneWhenItIsClosed() throws IOException {
    ScratchFolder folder = ScratchFolder.create(temp, PREFIX);
    Files.writeString(folder.path().resolve("file"), "text");
    folder.close();
    assertThat(temp).isEmptyDirectory();
    folder.close();
  }

  @Test
  void whatIsLeftOverIsSweptAndWhatIsInUseOrNotOursStays() throws IOException {
    Path dead = dead("dead");
    Path unlocked = Files.createDirectory(temp.resolve(PREFIX + "ended-before-it-had-a-lock"));
    Path other = Files.createDirectory(temp.resolve("other"));
    try (ScratchFolder live = ScratchFolder.create(temp, PREFIX)) {
      Files.writeString(live.path().resolve("file"), "text");
      ScratchFolder.create(temp, PREFIX).close();
      assertThat(dead).doesNotExist();
      assertThat(unlocked).doesNotExist();
      assertThat(other).exists();
      assertThat(live.path().resolve("file")).exists();
      assertThat(live.path().resolve("lock")).exists();
    }
  }

  @Test
  void theFolderOfAnotherProcessIsSweptWhenThatIsKilledAndNoSooner() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                temp.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Path folder;
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      folder = Path.of(output.readLine());
      ScratchFolder.create(temp, PREFIX).close();
      assertThat(folder.resolve("file")).exists();
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(folder.resolve("file")).exists();
    ScratchFolder.create(temp, PREFIX).close();
    assertThat(temp).isEmptyDirectory();
  }

  /** The other process: has a folder until it is killed. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] args) throws IOException {
      try (ScratchFolder folder = ScratchFolder.create(Path.of(args[0]), PREFIX)) {
        Files.writeString(folder.path().resolve("file"), "text");
        System.out.println(folder.path());
        System.in.read();
      }
    }
  }

  @Test
  void whoSweepsTakesNoFolderFromThoseWhoCreateOne() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> users = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        users.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < ROUNDS; round++) {
                    try (ScratchFolder folder = ScratchFolder.create(temp, PREFIX)) {
                      Files.writeString(folder.path().resolve("file"), "text");
                      ScratchFolder.create(temp, PREFIX).close();
                      assertThat(folder.path().resolve("file")).exists();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> user : users) {
        user.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void whatALinkPointsToIsNotSwept() throws IOException {
    Path elsewhere = Files.move(dead("moved"), temp.resolve("elsewhere"));
    Path dead = dead("dead");
    Files.createSymbolicLink(dead.resolve("link"), elsewhere);
    Path link = Files.createSymbolicLink(temp.resolve(PREFIX + "link"), elsewhere);
    ScratchFolder.create(temp, PREFIX).close();
    assertThat(elsewhere.resolve("file")).exists();
    assertThat(link).exists();
    assertThat(dead).doesNotExist();
  }
}
