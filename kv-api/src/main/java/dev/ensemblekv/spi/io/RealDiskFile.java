// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file of this machine, by {@link RandomAccessFile}: unlike a channel it is not closed by the
 * interrupt of a thread that uses it.
 */
final class RealDiskFile implements DiskFile {
  /** Longer transfers would take a native buffer of their full length. */
  private static final int MAX_TRANSFER_BYTES = 64 << 10;

  private final Path path;
  private final RandomAccessFile file; // guarded by this, as it has one position

  RealDiskFile(Path path, String mode) throws IOException {
    this.path = path;
    this.file = new RandomAccessFile(path.toFile(), mode);
  }

  @Override
  public synchronized long size() throws IOException {
    return file.length();
  }

  @Override
  public synchronized int read(long position, byte[] bytes, int offset, int length)
      throws IOException {
    file.seek(position);
    int done = 0;
    while (done < length) {
      int count = file.read(bytes, offset + done, Math.min(length - done, MAX_TRANSFER_BYTES));
      if (count < 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  @Override
  public synchronized void write(long position, byte[] bytes, int offset, int length)
      throws IOException {
    file.seek(position);
    for (int done = 0; done < length; done += MAX_TRANSFER_BYTES) {
      file.write(bytes, offset + done, Math.min(length - done, MAX_TRANSFER_BYTES));
    }
  }

  /** Maps by a channel of its own, which an interrupt may close; then it is tried again. */
  @Override
  public Optional<DiskMapping> map(long position, int length, boolean writable) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel =
            writable
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(path, StandardOpenOption.READ)) {
          return Optional.of(
              RealDiskMapping.map(
                  channel, writable ? MapMode.READ_WRITE : MapMode.READ_ONLY, position, length));
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public synchronized void truncate(long length) throws IOException {
    if (length < file.length()) {
      file.setLength(length);
    }
  }

  /** Not synchronized: a slow medium must not hold up reads. */
  @Override
  public void force() throws IOException {
    file.getFD().sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
