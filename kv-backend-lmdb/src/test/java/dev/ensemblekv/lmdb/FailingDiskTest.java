// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import static dev.ensemblekv.lmdb.Fixture.bytes;
import static dev.ensemblekv.lmdb.Fixture.open;
import static dev.ensemblekv.lmdb.Fixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk that fails, in a child process whose system calls fail by {@code strace}. */
class FailingDiskTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    // what fails, what is thrown by the put that meets it, by the next one, how the store is
    "'fdatasync:error=EIO:when=3',sync,StoreFailedException,StoreFailedException,FAILED",
    "'fdatasync:error=EIO:when=3',nometasync,StoreFailedException,StoreFailedException,FAILED",
    "'fdatasync:error=ENOSPC:when=3',sync,StoreFullException,none,OPEN",
    "'pwritev,pwrite64:error=EIO:when=5',sync,StoreFailedException,StoreFailedException,FAILED",
    "'pwritev,pwrite64:error=ENOSPC:when=5',sync,StoreFullException,none,OPEN",
    // the root page, after which LMDB lets nobody read until it is opened anew
    "'pwrite64:error=EIO:when=4',sync,StoreFailedException,StoreFailedException,FAILED",
    "'pwrite64:error=ENOSPC:when=4',sync,StoreFailedException,StoreFailedException,FAILED",
  })
  void aFailureIsToldAndReadsGoOn(
      String fault, String durability, String first, String next, String state) throws Exception {
    List<String> lines = run(fault, durability);

    int failed = lines.indexOf("put " + first);
    assertThat(failed).as("%s", lines).isNotNegative();
    assertThat(lines.subList(0, failed)).as("%s", lines).allMatch("put none"::equals);
    assertThat(lines.get(failed + 1)).as("%s", lines).isEqualTo("put " + next);
    assertThat(lines).contains("state " + state, "get 0 as before");
    try (KvStore store = open(directory.resolve("store"))) {
      for (int i = 0; i < failed; i++) {
        assertThat(store.get(bytes("k" + i))).isEqualTo(value(i, 10_000));
      }
      assertThat(store.verify().result().problemCount()).isZero();
      store.put(bytes("after"), bytes("1"));
    }
  }

  @Test
  void withoutAFaultNothingFails() throws Exception {
    assertThat(run("fdatasync:error=EIO:when=1000", "sync"))
        .contains("state OPEN", "get 0 as before")
        .doesNotContain("put StoreFailedException");
  }

  private List<String> run(String fault, String durability) throws Exception {
    String calls = fault.substring(0, fault.indexOf(':'));
    Path store = directory.resolve("store");
    Path log = directory.resolve("strace.txt");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("strace", "-f", "-qq", "-o", log.toString()));
    command.addAll(List.of("-P", store.resolve("data.mdb").toString()));
    command.addAll(List.of("-e", "trace=" + calls, "-e", "inject=" + fault));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(FailingChild.class.getName(), store.toString(), durability));
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output.txt").toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "there is no strace here, so system calls cannot be made to fail");
      throw e;
    }
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    List<String> lines = Files.readAllLines(directory.resolve("output.txt"));
    assumeTrue(
        lines.stream().noneMatch(line -> line.contains("ptrace")), "strace may not trace here");
    return lines.stream().filter(line -> line.matches("(put|get|state|close) .*")).toList();
  }

  /** The child: puts until one fails, puts again, and tells what came of it. */
  static final class FailingChild {
    private FailingChild() {}

    public static void main(String[] args) {
      KvStore store = open(Path.of(args[0]), "lmdb.durability=" + args[1]);
      boolean failed = false;
      for (int i = 0; i < 6 && !failed; i++) {
        String outcome = put(store, i, args[1]);
        System.out.println("put " + outcome);
        failed = !outcome.equals("none");
      }
      System.out.println("put " + put(store, 10, args[1]));
      System.out.println("state " + store.stats().state());
      byte[] found = store.get(bytes("k0"));
      System.out.println(
          java.util.Arrays.equals(found, value(0, 10_000)) ? "get 0 as before" : "get 0 is wrong");
      try {
        store.close();
        System.out.println("close none");
      } catch (KvException e) {
        System.out.println("close " + e.getClass().getSimpleName());
      }
    }

    private static String put(KvStore store, int number, String durability) {
      try {
        store.put(bytes("k" + number), value(number, 10_000));
        if (!durability.equals("sync")) {
          store.flush();
        }
        return "none";
      } catch (KvException e) {
        return e.getClass().getSimpleName();
      }
    }
  }
}
