// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.cold;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskReadsTest {
  private static final int READS = 1000;

  @TempDir Path directory;

  private void write(String name, int firstPage, int bytes) throws Exception {
    byte[] content = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      content[i] = (byte) (firstPage + i / DiskReads.PAGE_BYTES);
    }
    Files.write(Files.createDirectories(directory.resolve("below")).resolve(name), content);
  }

  @Test
  void everyWholePageOfEveryFileIsReadAndNothingElse() throws Exception {
    write("a", 1, 2 * DiskReads.PAGE_BYTES + 1);
    write("b", 90, DiskReads.PAGE_BYTES - 1);
    write("c", 3, DiskReads.PAGE_BYTES);
    ByteBuffer buffer = ByteBuffer.allocate(DiskReads.PAGE_BYTES);
    SplittableRandom random = new SplittableRandom(1);
    TreeSet<Byte> seen = new TreeSet<>();
    try (DiskReads reads = new DiskReads(directory)) {
      for (int i = 0; i < READS; i++) {
        assertThat(reads.read(random, buffer)).isTrue();
        byte[] page = buffer.array();
        byte[] uniform = new byte[DiskReads.PAGE_BYTES];
        Arrays.fill(uniform, page[0]);
        assertThat(page).isEqualTo(uniform);
        seen.add(page[0]);
      }
    }
    assertThat(seen).containsExactly((byte) 1, (byte) 2, (byte) 3);
  }

  @Test
  void aPageThatIsGoneIsTold() throws Exception {
    write("a", 1, DiskReads.PAGE_BYTES);
    try (DiskReads reads = new DiskReads(directory)) {
      write("a", 1, DiskReads.PAGE_BYTES - 1);
      ByteBuffer buffer = ByteBuffer.allocate(DiskReads.PAGE_BYTES);
      assertThat(reads.isEmpty()).isFalse();
      assertThat(reads.read(new SplittableRandom(1), buffer)).isFalse();
    }
  }

  @Test
  void aDirectoryWithoutAPageIsEmpty() throws Exception {
    write("b", 90, DiskReads.PAGE_BYTES - 1);
    try (DiskReads reads = new DiskReads(directory)) {
      assertThat(reads.isEmpty()).isTrue();
    }
  }
}
