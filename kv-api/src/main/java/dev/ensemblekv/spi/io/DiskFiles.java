// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreFullException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done with files again and again: read whole, replace whole, stream, delete a tree, close
 * after an error.
 */
public final class DiskFiles {
  private static final String TEMPORARY_SUFFIX = ".tmp";
  private static final int COPY_BYTES = 1 << 20;

  private DiskFiles() {}

  /** Writes the contents of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to a new empty file. */
    void writeTo(DiskFile file) throws IOException;
  }

  /**
   * Reads a whole file.
   *
   * @throws IOException also if it is longer than {@code maxBytes}
   */
  public static byte[] read(Disk disk, Path path, int maxBytes) throws IOException {
    try (DiskFile file = disk.openReadOnly(path)) {
      long size = file.size();
      if (size > maxBytes) {
        throw new FileSystemException(
            path.toString(), null, size + " bytes, which is more than " + maxBytes);
      }
      byte[] bytes = new byte[(int) size];
      if (file.read(0, bytes, 0, bytes.length) < bytes.length) {
        throw new EOFException(path + " became shorter while it was read");
      }
      return bytes;
    }
  }

  /** Replaces a file, as {@link #replace(Disk, Path, Content)}. */
  public static void replace(Disk disk, Path path, byte[] bytes) throws IOException {
    replace(disk, path, file -> file.write(0, bytes, 0, bytes.length));
  }

  /**
   * Creates or replaces a file so that any crash leaves the old one or the new one, whole; at
   * return the new one is durable.
   *
   * @throws PublishException if the new file may or may not be in place: it fails after the rename
   * @throws IOException if the old file is in place
   */
  public static void replace(Disk disk, Path path, Content content) throws IOException {
    Path temporary = temporary(path);
    try {
      disk.delete(temporary);
      try (DiskFile file = disk.create(temporary)) {
        content.writeTo(file);
        file.force();
      }
    } catch (IOException | RuntimeException | Error e) {
      closeAfter(e, () -> disk.delete(temporary));
      throw e;
    }
    try {
      disk.rename(temporary, path);
      disk.syncDirectory(parent(path));
    } catch (IOException | OutOfMemoryError e) {
      throw new PublishException(path, e);
    }
  }

  /** Returns the name under which {@link #replace} prepares a file; a crash may leave it there. */
  public static Path temporary(Path path) {
    return path.resolveSibling(path.getFileName() + TEMPORARY_SUFFIX);
  }

  /**
   * Gives a file that is durable, and never changes again, a second name; where that cannot be,
   * copies it, which is durable then. The new name is not.
   *
   * @param copied is told how many bytes were copied, part by part; may throw to give up, which
   *     leaves a part of the copy
   */
  public static void linkOrCopy(Disk disk, Path existing, Path target, LongConsumer copied)
      throws IOException {
    try {
      disk.link(existing, target);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      try {
        copy(disk, existing, target, copied);
      } catch (IOException failure) {
        failure.addSuppressed(e);
        throw failure;
      }
    }
  }

  /** Copies a file, durably but for the new name; see {@link #linkOrCopy}. */
  public static void copy(Disk disk, Path existing, Path target, LongConsumer copied)
      throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    try (DiskFile from = disk.openReadOnly(existing);
        DiskFile to = disk.create(target)) {
      long position = 0;
      int count = from.read(position, buffer, 0, buffer.length);
      while (count > 0) {
        to.write(position, buffer, 0, count);
        position += count;
        copied.accept(count);
        count = from.read(position, buffer, 0, buffer.length);
      }
      to.force();
    }
  }

  /** Creates a directory and those above it, durably; returns whether it was missing. */
  public static boolean createDirectories(Disk disk, Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path at = directory; !disk.exists(at); at = parent(at)) {
      missing.push(at);
    }
    disk.createDirectories(directory);
    for (Path created : missing) {
      disk.syncDirectory(parent(created));
    }
    return !missing.isEmpty();
  }

  /** Deletes a file or a directory with all that is in it, if it exists, and syncs its parent. */
  public static void deleteTree(Disk disk, Path path) throws IOException {
    if (disk.exists(path)) {
      deleteBelow(disk, path);
      disk.delete(path);
      disk.syncDirectory(parent(path));
    }
  }

  private static void deleteBelow(Disk disk, Path path) throws IOException {
    if (disk.isDirectory(path)) {
      for (String name : disk.list(path)) {
        deleteBelow(disk, path.resolve(name));
        disk.delete(path.resolve(name));
      }
    }
  }

  /** Returns the directory that a path is in. */
  public static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  /** Closes something because of an error, to which a failure of the closing is added. */
  public static void closeAfter(Throwable error, @Nullable AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception | Error e) {
        error.addSuppressed(e);
      }
    }
  }

  /**
   * Returns what a store throws for a failed read or write of its files.
   *
   * @param what what was being done, such as {@code "the data file cannot be written"}
   * @return a {@link StoreFullException} if the disk is full
   */
  public static KvException failure(String what, Path path, IOException cause) {
    String message = what + ": " + cause.getMessage();
    return isDiskFull(cause)
        ? new StoreFullException(message + "; free some space and try again", path, cause)
        : new KvException(message, path, cause);
  }

  /** Tells whether an error says that the disk is full, or the user's share of it. */
  public static boolean isDiskFull(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io && RealDiskErrors.ofSystem().isDiskFull(io)) {
        return true;
      }
    }
    return false;
  }

  /** Returns a stream that reads a file from its beginning; closing it leaves the file open. */
  public static InputStream input(DiskFile file) {
    return new InputStream() {
      private long position;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        int count = file.read(position, bytes, offset, length);
        position += count;
        return count == 0 ? -1 : count;
      }
    };
  }

  /** Returns an unbuffered stream that writes a file from its beginning; closing leaves it open. */
  public static OutputStream output(DiskFile file) {
    return new OutputStream() {
      private long position;

      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        file.write(position, bytes, offset, length);
        position += length;
      }
    };
  }

  /** A replacement of a file that failed when the new one may already have been in place. */
  public static final class PublishException extends IOException {
    private static final long serialVersionUID = 1;

    private PublishException(Path path, Throwable cause) {
      super(
          path + " was replaced, but this could not be made durable: " + cause.getMessage(), cause);
    }
  }
}
