// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFactsTest {
  @TempDir Path directory;

  private Path file(String text) throws Exception {
    return Files.writeString(directory.resolve("facts"), text);
  }

  @Test
  void theNumberIsThatOfTheWholeName() throws Exception {
    Path io = file("cancelled_write_bytes: 7\nwrite_bytes: 4096\n");
    assertThat(ProcessFacts.number(io, "write_bytes")).isEqualTo(4096);
    assertThat(ProcessFacts.number(io, "cancelled_write_bytes")).isEqualTo(7);
  }

  @Test
  void aUnitIsNoPartOfTheNumber() throws Exception {
    assertThat(ProcessFacts.number(file("RssAnon:\t   12 kB\n"), "RssAnon")).isEqualTo(12);
  }

  @Test
  void whatTheSystemDoesNotTellIsNaN() throws Exception {
    assertThat(ProcessFacts.number(file("VmHWM: 1 kB\n"), "RssAnon")).isNaN();
    assertThat(ProcessFacts.number(directory.resolve("none"), "RssAnon")).isNaN();
  }

  @Test
  void whatNobodyRefersToIsNotLive() {
    byte[] kept = new byte[8 << 20];
    double with = ProcessFacts.liveHeapBytes();
    assertThat(kept).isNotEmpty();
    kept = new byte[0];
    assertThat(with - ProcessFacts.liveHeapBytes()).isGreaterThan(4 << 20);
    assertThat(kept).isEmpty();
  }
}
