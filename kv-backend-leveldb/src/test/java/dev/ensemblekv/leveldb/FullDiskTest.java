// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.StoreFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system that is really full, where one page more would end the process: so it is another
 * process that fills it.
 */
class FullDiskTest {
  private static final int VALUE = 1000;

  @TempDir Path temp;
  private Path mount = Path.of("");

  @BeforeEach
  void mount() throws Exception {
    mount = Files.createDirectories(temp.resolve("mount"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=20m", "none", mount.toString()) == 0,
        "mounting is not allowed here");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", mount.toString());
  }

  private int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(temp.resolve("output").toFile())
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1; // no such program
    }
  }

  private String child(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-ea", "-XX:ErrorFile=" + temp.resolve("died")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Filler.class.getName()));
    command.add(mount.resolve("store").toString());
    command.addAll(List.of(arguments));
    int exit = run(command.toArray(String[]::new));
    String output = Files.readString(temp.resolve("output"));
    assertThat(exit).as(output).isZero();
    return output.strip();
  }

  /** Returns how many thousand bytes the process has stored at last. */
  private int stored(String buffer) throws Exception {
    return child(buffer)
        .lines()
        .filter(line -> line.matches("\\d+"))
        .mapToInt(Integer::parseInt)
        .max()
        .orElseThrow(() -> new AssertionError("the store was not opened"));
  }

  @Test
  void aStoreThatFillsItsDiskRefusesWritesAndLives() throws Exception {
    for (String buffer : List.of("64KiB", "4MiB")) {
      int stored = stored(buffer);
      assertThat(stored).isGreaterThan(5_000);
      assertThat(stored(buffer)).as("opened again, full as it is").isGreaterThanOrEqualTo(stored);
      run("rm", "-rf", mount.resolve("store").toString());
    }
  }

  @Test
  void aStoreIsRefusedOrWorksHoweverFullTheDiskIs() throws Exception {
    for (int megabytes = 12; megabytes <= 20; megabytes++) {
      Path ballast = mount.resolve("ballast");
      run("dd", "if=/dev/zero", "of=" + ballast, "bs=1M", "count=" + megabytes);
      child("4MiB");
      Files.delete(ballast);
      run("rm", "-rf", mount.resolve("store").toString());
    }
  }

  /** The process: writes until it is refused, and checks that all is there. */
  static final class Filler {
    private Filler() {}

    public static void main(String[] args) {
      KvOptions options =
          KvOptions.builder()
              .set("leveldb.writeBuffer", args[1])
              .set("leveldb.compression", "none")
              .build();
      try (KvStore store = Stores.open(Path.of(args[0]), options)) {
        int stored = (int) store.size();
        for (int round = 0; round < 5; round++) {
          stored = fill(store, stored);
          store.flush();
          overwrite(store, stored);
        }
        if (Stores.checked(store, VALUE) != stored || store.stats().state() != KvState.OPEN) {
          throw new AssertionError(stored + " stored, " + store.stats());
        }
        System.out.println(stored);
      } catch (StoreFullException e) {
        System.out.println("not opened: " + e.getMessage());
      }
    }

    private static int fill(KvStore store, int from) {
      try {
        for (int i = from; ; i++) {
          store.put(Stores.key(i), Stores.value(i, VALUE));
          from = i + 1;
        }
      } catch (StoreFullException e) {
        return from;
      }
    }

    private static void overwrite(KvStore store, int stored) {
      try {
        Stores.fill(store, 0, stored, VALUE);
      } catch (StoreFullException e) {
        // As good as any other end.
      }
    }
  }
}
