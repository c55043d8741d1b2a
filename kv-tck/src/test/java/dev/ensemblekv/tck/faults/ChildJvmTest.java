// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ensemblekv.tck.faults.ChildJvm.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int SEGMENTATION_FAULT = 139;

  @TempDir Path temp;

  /** What the children do. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      switch (args[0]) {
        case "print" -> {
          System.out.println("printed " + args[1]);
          Files.createTempFile("left", ".behind");
        }
        case "throw" -> throw new IllegalStateException("thrown by the child");
        case "die" -> Runtime.getRuntime().halt(SEGMENTATION_FAULT);
        default -> {
          System.out.print("waiting\nfor the end\n");
          System.in.read();
        }
      }
    }
  }

  private Ended run(String... args) throws Exception {
    return ChildJvm.run(Child.class, temp.resolve("scratch"), LIMIT, args);
  }

  @Test
  void tellsWhatAChildReturnedAndWrote() throws Exception {
    Ended ended = run("print", "two words");
    assertThat(ended.output()).isEqualTo("printed two words\n");
    assertThat(ended.died()).isFalse();
    ended.assertSucceeded();
  }

  @Test
  void temporaryFilesStayInTheScratchDirectory() throws Exception {
    run("print", "").assertSucceeded();
    try (var files = Files.list(temp.resolve("scratch"))) {
      assertThat(files.map(Path::toString)).anyMatch(name -> name.endsWith(".behind"));
    }
  }

  @Test
  void aFailureHasWhatTheChildWrote() throws Exception {
    Ended ended = run("throw");
    assertThat(ended.died()).isFalse();
    assertThatThrownBy(ended::assertSucceeded)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("failed, with 1")
        .hasMessageContaining("thrown by the child");
  }

  @Test
  void aDeathIsToldFromAFailure() throws Exception {
    Ended ended = run("die");
    assertThat(ended.died()).isTrue();
    assertThat(ended.killed()).isFalse();
    assertThatThrownBy(ended::assertSucceeded)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("died, with " + SEGMENTATION_FAULT);
  }

  @Test
  void aChildThatDoesNotEndIsAFailure() throws Exception {
    try (ChildJvm child = ChildJvm.start(Child.class, temp, "wait")) {
      assertThat(child.readLine()).isEqualTo("waiting");
      assertThatThrownBy(() -> child.awaitEnd(Duration.ofMillis(1)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("did not end within");
    }
  }

  @Test
  void oneThatIsKilledSaysSoAndItsOutputCanStillBeRead() throws Exception {
    try (ChildJvm child = ChildJvm.start(Child.class, temp, "wait")) {
      assertThat(child.readLine()).isEqualTo("waiting");
      child.kill();
      assertThat(child.isAlive()).isFalse();
      Ended ended = child.awaitEnd(LIMIT);
      assertThat(ended.killed()).isTrue();
      assertThat(ended.output()).isEqualTo("for the end\n");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void oneThatIsStoppedStandsStill() throws Exception {
    try (ChildJvm child = ChildJvm.start(Child.class, temp, "wait")) {
      assertThat(child.readLine()).isEqualTo("waiting");
      child.stop(LIMIT);
      assertThat(states(child)).isNotEmpty().containsOnly('T');
      child.kill();
      child.stop(LIMIT); // it does
    }
  }

  private static String[] lines(Path path) throws IOException {
    return Files.readAllLines(path).toArray(String[]::new);
  }

  private static char[] states(ChildJvm child) throws IOException {
    StringBuilder states = new StringBuilder();
    try (var tasks =
        Files.newDirectoryStream(Path.of("/proc", String.valueOf(child.pid()), "task"))) {
      for (Path task : tasks) {
        for (String line : lines(task.resolve("status"))) {
          if (line.startsWith("State:")) {
            states.append(line.charAt("State:\t".length()));
          }
        }
      }
    }
    return states.toString().toCharArray();
  }
}
