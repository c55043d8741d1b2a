// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Reads that go from the medium to the buffer of the reader, past the memory in which the system
 * keeps what was read before.
 *
 * <p>Such a read begins and ends at a block of the file system, and so does its buffer in memory:
 * what is asked for is read with what is around it in its blocks. Thread-safe.
 */
final class RealDiskDirectReads {
  /** A multiple of the size of blocks; where they are greater, the system refuses the read. */
  static final int BLOCK_BYTES = 4096;

  /** So much is read at once. */
  static final int PART_BYTES = 1 << 20;

  private static final int MOST_KEPT = 4;

  /** Only a collection would give them back, so they are used again. */
  private static final Queue<ByteBuffer> BUFFERS = new ArrayBlockingQueue<>(MOST_KEPT);

  private RealDiskDirectReads() {}

  /**
   * Opens a file for direct reads.
   *
   * @throws IOException if the file system has none
   * @throws UnsupportedOperationException if this system has none
   */
  static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
  }

  /**
   * Reads bytes.
   *
   * @return how many were read: less than {@code length} only at the end of the file
   */
  static int read(FileChannel source, long position, byte[] bytes, int offset, int length)
      throws IOException {
    ByteBuffer pooled = BUFFERS.poll();
    ByteBuffer buffer = pooled == null ? newBuffer() : pooled;
    try {
      int done = 0;
      while (done < length) {
        int part = Math.min(length - done, PART_BYTES);
        int count = readPart(source, position + done, buffer, bytes, offset + done, part);
        done += count;
        if (count < part) {
          break;
        }
      }
      return done;
    } finally {
      BUFFERS.offer(buffer);
    }
  }

  private static ByteBuffer newBuffer() {
    return ByteBuffer.allocateDirect(PART_BYTES + 3 * BLOCK_BYTES).alignedSlice(BLOCK_BYTES);
  }

  private static int readPart(
      FileChannel source, long position, ByteBuffer buffer, byte[] bytes, int offset, int length)
      throws IOException {
    int before = (int) (position % BLOCK_BYTES);
    long begin = position - before;
    int wanted = before + length;
    buffer.clear().limit((wanted + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
    boolean more = true;
    while (more && buffer.position() < wanted) {
      int count = source.read(buffer, begin + buffer.position());
      more = count > 0 && count % BLOCK_BYTES == 0; // else it came to the end of the file
    }
    int count = Math.max(0, Math.min(wanted, buffer.position()) - before);
    buffer.get(before, bytes, offset, count);
    return count;
  }
}
