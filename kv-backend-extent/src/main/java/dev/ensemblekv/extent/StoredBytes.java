// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskMapping;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an open file, mapped or by calls: the rest of the engine does not know which.
 * Thread-safe, but for closing, which nobody may outlive.
 */
abstract class StoredBytes {
  private static final int WINDOW_SHIFT = 30;

  /** The greatest part that is mapped in one piece. */
  private static final int WINDOW_BYTES = 1 << WINDOW_SHIFT;

  private static final long PAGE_BYTES = 4096;

  /**
   * Opens the bytes of a file.
   *
   * @param length how much is mapped, if it is
   * @param mapped whether to map, where the disk can
   */
  static StoredBytes of(DiskFile file, long length, boolean mapped, boolean writable) {
    if (!mapped) {
      return byCalls(file);
    }
    List<DiskMapping> windows = new ArrayList<>();
    try {
      for (long at = 0; at < length; at += WINDOW_BYTES) {
        Optional<DiskMapping> window =
            file.map(at, (int) Math.min(WINDOW_BYTES, length - at), writable);
        if (window.isEmpty()) {
          return byCalls(file);
        }
        windows.add(window.get());
      }
    } catch (IOException e) {
      windows.forEach(DiskMapping::close);
      return byCalls(file); // there is no room for more mappings; what is wrong else, calls tell
    } catch (RuntimeException | Error e) {
      windows.forEach(DiskMapping::close);
      throw e;
    }
    return new Mapped(windows.toArray(DiskMapping[]::new));
  }

  static StoredBytes byCalls(DiskFile file) {
    return new ByCalls(file);
  }

  /**
   * Reads bytes, all of them.
   *
   * @throws EOFException if the file ends before
   */
  abstract void read(long position, byte[] target, int offset, int length) throws IOException;

  /**
   * Reads bytes, all of them, that are durable and will not be asked for again soon.
   *
   * @return whether they came past the cache of the system
   * @throws EOFException if the file ends before
   */
  abstract boolean readOnce(long position, byte[] target, int offset, int length)
      throws IOException;

  /** Writes bytes where the file has blocks already. */
  abstract void write(long position, byte[] source, int offset, int length) throws IOException;

  /** Makes the next write there cheap, where there are blocks and zeros. */
  abstract void touch(long position, long length) throws IOException;

  /** Returns a part without copying it; {@code null} if it is not in memory. */
  abstract @Nullable ByteBuffer slice(long position, int length);

  /** Tells whether reading a little costs next to nothing. */
  abstract boolean isMapped();

  /** Returns how many bytes are mapped into memory. */
  abstract long mappedBytes();

  /** Releases the mapping; the file stays open. */
  abstract void close();

  /** By a call for each. */
  private static final class ByCalls extends StoredBytes {
    private final DiskFile file;

    ByCalls(DiskFile file) {
      this.file = file;
    }

    @Override
    void read(long position, byte[] target, int offset, int length) throws IOException {
      if (file.read(position, target, offset, length) < length) {
        throw new EOFException("the file ends before byte " + (position + length));
      }
    }

    @Override
    boolean readOnce(long position, byte[] target, int offset, int length) throws IOException {
      boolean direct = file.readPastCache(position, target, offset, length) == length;
      if (!direct) {
        read(position, target, offset, length);
      }
      return direct;
    }

    @Override
    void write(long position, byte[] source, int offset, int length) throws IOException {
      file.write(position, source, offset, length);
    }

    @Override
    void touch(long position, long length) {}

    @Override
    @Nullable ByteBuffer slice(long position, int length) {
      return null;
    }

    @Override
    boolean isMapped() {
      return false;
    }

    @Override
    long mappedBytes() {
      return 0;
    }

    @Override
    void close() {}
  }

  /** In memory. A page that cannot be read is an error of the JVM, told here as one of the file. */
  private static final class Mapped extends StoredBytes {
    private final DiskMapping[] windows;
    private final ByteBuffer[] buffers;

    Mapped(DiskMapping[] windows) {
      this.windows = windows;
      this.buffers = new ByteBuffer[windows.length];
      for (int i = 0; i < windows.length; i++) {
        buffers[i] = windows[i].buffer();
      }
    }

    @Override
    void read(long position, byte[] target, int offset, int length) throws IOException {
      try {
        int done = 0;
        while (done < length) {
          long at = position + done;
          int part = Math.min(length - done, WINDOW_BYTES - inWindow(at));
          buffers[window(at)].get(inWindow(at), target, offset + done, part);
          done += part;
        }
      } catch (InternalError e) {
        throw new IOException("a page of the file cannot be read", e);
      } catch (IndexOutOfBoundsException e) {
        throw new EOFException("the file ends before byte " + (position + length));
      }
    }

    /** As long as files are mapped, they are in memory anyway. */
    @Override
    boolean readOnce(long position, byte[] target, int offset, int length) throws IOException {
      read(position, target, offset, length);
      return false;
    }

    @Override
    void write(long position, byte[] source, int offset, int length) throws IOException {
      try {
        int done = 0;
        while (done < length) {
          long at = position + done;
          int part = Math.min(length - done, WINDOW_BYTES - inWindow(at));
          buffers[window(at)].put(inWindow(at), source, offset + done, part);
          done += part;
        }
      } catch (InternalError e) {
        throw new IOException("a page of the file cannot be written", e);
      }
    }

    /** Has each page entered into the table of the process, which takes about a microsecond. */
    @Override
    void touch(long position, long length) throws IOException {
      long first = (position + PAGE_BYTES - 1) & -PAGE_BYTES;
      try {
        for (long at = first; at < position + length; at += PAGE_BYTES) {
          buffers[(int) (at / WINDOW_BYTES)].put((int) (at % WINDOW_BYTES), (byte) 0);
        }
      } catch (InternalError e) {
        throw new IOException("a page of the file cannot be written", e);
      }
    }

    @Override
    @Nullable ByteBuffer slice(long position, int length) {
      int inWindow = inWindow(position);
      return inWindow + length > WINDOW_BYTES
          ? null
          : buffers[window(position)].slice(inWindow, length);
    }

    private static int window(long position) {
      return (int) (position >>> WINDOW_SHIFT);
    }

    private static int inWindow(long position) {
      return (int) position & (WINDOW_BYTES - 1);
    }

    @Override
    boolean isMapped() {
      return true;
    }

    @Override
    long mappedBytes() {
      long mapped = 0;
      for (ByteBuffer buffer : buffers) {
        mapped += buffer.capacity();
      }
      return mapped;
    }

    @Override
    void close() {
      for (DiskMapping window : windows) {
        window.close();
      }
    }
  }
}
