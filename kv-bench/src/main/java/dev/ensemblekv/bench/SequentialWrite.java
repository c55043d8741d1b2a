// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * The limit that a disk sets to any load: so many bytes written to one new file by one thread, a
 * MiB at a time, and made durable at the end.
 */
public final class SequentialWrite {
  private static final int WRITE_BYTES = 1 << 20;
  private static final double NANOS_PER_SECOND = 1e9;

  private SequentialWrite() {}

  /**
   * Writes a file, and deletes it.
   *
   * @param directory where it is
   * @return bytes per second
   */
  public static double bytesPerSecond(Path directory, long bytes) {
    byte[] random = new byte[WRITE_BYTES];
    new SplittableRandom(0).nextBytes(random); // as incompressible as any value
    ByteBuffer buffer = ByteBuffer.allocateDirect(WRITE_BYTES).put(random);
    Path file = directory.resolve("sequential");
    try {
      long begun = System.nanoTime();
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (long left = bytes; left > 0; left -= WRITE_BYTES) {
          buffer.clear().limit((int) Math.min(WRITE_BYTES, left));
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
        }
        channel.force(true);
      }
      return bytes * NANOS_PER_SECOND / (System.nanoTime() - begun);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      delete(file);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
