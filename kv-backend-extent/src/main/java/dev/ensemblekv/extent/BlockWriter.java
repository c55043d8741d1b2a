// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.util.Arrays;

/** Writes a part of a run that consists of blocks, from the first to the last. */
final class BlockWriter {
  private static final int MOST_BUFFERED = 1024;

  private final DiskFile file;
  private final Seal seal;
  private final long offset;
  private final byte[] buffer;
  private final int buffered;
  private long first;

  /**
   * Begins a part.
   *
   * @param offset of the part in the file
   * @param blocks how many it will have, about
   */
  BlockWriter(DiskFile file, Seal seal, long offset, long blocks) {
    this.file = file;
    this.seal = seal;
    this.offset = offset;
    this.buffered = (int) Math.min(MOST_BUFFERED, blocks + 1);
    this.buffer = new byte[buffered * Block.BYTES];
  }

  /** Returns the bytes to be filled in where {@link #goTo} says. */
  byte[] buffer() {
    return buffer;
  }

  /** Goes to a block, which is not before those gone to so far; returns where its bytes are. */
  int goTo(long block) throws IOException {
    while (block >= first + buffered) {
      write(buffered);
    }
    return (int) (block - first) * Block.BYTES;
  }

  /** Writes what is left, so that there are so many blocks. */
  void finish(long blocks) throws IOException {
    if (blocks > 0) {
      goTo(blocks - 1);
      write((int) (blocks - first));
    }
  }

  private void write(int count) throws IOException {
    long at = offset + first * Block.BYTES;
    for (int i = 0; i < count; i++) {
      Block.seal(buffer, i * Block.BYTES, seal, at + (long) i * Block.BYTES);
    }
    file.write(at, buffer, 0, count * Block.BYTES);
    first += count;
    Arrays.fill(buffer, (byte) 0);
  }
}
