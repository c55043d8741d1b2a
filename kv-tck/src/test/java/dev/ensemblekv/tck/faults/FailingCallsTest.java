// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of a child JVM that fail by their number. */
class FailingCallsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path temp;

  /** Forces a file again and again, when its input ends, and tells what came of it. */
  static final class Forcing {
    private static final int TIMES = 5;

    private Forcing() {}

    public static void main(String[] args) throws IOException {
      PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      Path file = Path.of(args[0]);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.force(true); // before calls are counted
        output.println("ready");
        int read = 0;
        while (read >= 0) {
          read = System.in.read();
        }
        for (int i = 0; i < TIMES; i++) {
          channel.write(ByteBuffer.allocate(1));
          output.println(force(channel));
        }
      }
    }

    private static String force(FileChannel channel) {
      try {
        channel.force(true);
        return "done";
      } catch (IOException e) {
        return "failed"; // the message is in the language of the system
      }
    }
  }

  @Test
  void theCallWithTheNumberFailsAndNoOther() throws Exception {
    try (ChildJvm child = ChildJvm.start(Forcing.class, temp, temp.resolve("file").toString())) {
      assertThat(child.readLine()).isEqualTo("ready");
      FailingCalls failing = FailingCalls.begin(child, FailingCalls.SYNCS, "EIO", 3, temp, LIMIT);
      child.endInput();
      ChildJvm.Ended ended = child.awaitEnd(LIMIT);
      ended.assertSucceeded();
      assertThat(ended.output().lines()).containsExactly("done", "done", "failed", "done", "done");
      assertThat(failing.happened()).hasSize(1).allMatch(call -> call.contains("EIO"));
    }
  }
}
