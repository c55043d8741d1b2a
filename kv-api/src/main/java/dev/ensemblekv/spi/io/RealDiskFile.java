// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file of this machine. It is read through a channel, by many threads at once, and written by
 * {@link RandomAccessFile} until it is finished.
 *
 * <p>The interrupt of a thread that is using a channel closes it for all. Then it is opened anew,
 * as long as the path leads to the same file, and the read is repeated; a thread that is
 * interrupted again and again reads by a {@link RandomAccessFile}, which no interrupt closes. In
 * the same way it is opened anew when a {@link HandleBudget} has given the channel to others.
 */
final class RealDiskFile implements DiskFile, HandleBudget.Holder {
  /** Longer transfers would take a native buffer of their full length. */
  private static final int MAX_TRANSFER_BYTES = 64 << 10;

  /** So often a read is tried through the channel. */
  private static final int MOST_ATTEMPTS = 3;

  private final HandleBudget handles;
  private final Path path;
  private final @Nullable Object key; // of the file, where the file system has such keys
  private final Object opening = new Object();
  private final Object forcing = new Object();

  /** By which the file is written, if it is; guarded by itself, as it has one position. */
  private volatile @Nullable RandomAccessFile file;

  // Replaced while opening.
  private volatile @Nullable FileChannel channel;
  private volatile boolean closed;

  private volatile boolean used; // the channel, since the budget asked

  /** Whether direct reads were refused, or failed. */
  private volatile boolean isIndirect;

  private RealDiskFile(
      HandleBudget handles, Path path, @Nullable Object key, @Nullable RandomAccessFile file) {
    this.handles = handles;
    this.path = path;
    this.key = key;
    this.file = file;
  }

  /** Opens a file for reading and writing; it is read through a second handle, once it is read. */
  static RealDiskFile open(Path path, HandleBudget handles) throws IOException {
    Object key = key(path);
    RandomAccessFile file = handles.open(path, () -> new RandomAccessFile(path.toFile(), "rw"));
    return new RealDiskFile(handles, path, key, file);
  }

  /** Opens a file for reading, by one handle at most. */
  static RealDiskFile openReadOnly(Path path, HandleBudget handles) throws IOException {
    RealDiskFile opened = new RealDiskFile(handles, path, key(path), null);
    opened.channel = handles.open(path, () -> FileChannel.open(path, StandardOpenOption.READ));
    opened.noteChannel();
    return opened;
  }

  private void noteChannel() throws IOException {
    used = true;
    handles.opened(this);
  }

  @Override
  public boolean takeUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** Closes the channel; whoever is reading by it opens another. */
  @Override
  public void release() throws IOException {
    synchronized (opening) {
      FileChannel current = channel;
      if (current != null) {
        current.close();
      }
    }
  }

  /** Called before opening: what replaces the file in between has another key. */
  private static @Nullable Object key(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw new FileSystemException(path.toString(), null, "it is a directory");
    }
    return attributes.fileKey();
  }

  /** What is done with a handle. */
  @FunctionalInterface
  private interface Use<H> {
    long of(H handle) throws IOException;
  }

  @Override
  public long size() throws IOException {
    return file == null
        ? throughChannel(FileChannel::size, RandomAccessFile::length)
        : byHandle(RandomAccessFile::length);
  }

  @Override
  public int read(long position, byte[] bytes, int offset, int length) throws IOException {
    return (int)
        throughChannel(
            source -> read(source, position, bytes, offset, length),
            source -> read(source, position, bytes, offset, length));
  }

  private static int read(FileChannel source, long position, byte[] bytes, int offset, int length)
      throws IOException {
    ByteBuffer target = ByteBuffer.wrap(bytes, offset, length);
    int end = offset + length;
    int count = 0;
    while (count >= 0 && target.position() < end) {
      target.limit(Math.min(end, target.position() + MAX_TRANSFER_BYTES));
      count = source.read(target, position + target.position() - offset);
    }
    return target.position() - offset;
  }

  private static int read(
      RandomAccessFile source, long position, byte[] bytes, int offset, int length)
      throws IOException {
    source.seek(position);
    int done = 0;
    while (done < length) {
      int count = source.read(bytes, offset + done, Math.min(length - done, MAX_TRANSFER_BYTES));
      if (count < 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  /**
   * Reads by a channel of its own. What is wrong with the medium, or with the name of the file, is
   * told by the ordinary read that follows.
   */
  @Override
  public int readPastCache(long position, byte[] bytes, int offset, int length) throws IOException {
    checkOpen();
    if (isIndirect) {
      return REFUSED;
    }
    boolean interrupted = Thread.interrupted(); // or it would close the channel at once
    try (FileChannel own = RealDiskDirectReads.open(path)) {
      return isSameFile()
          ? RealDiskDirectReads.read(own, position, bytes, offset, length)
          : REFUSED;
    } catch (ClosedByInterruptException e) {
      interrupted |= Thread.interrupted();
      return REFUSED;
    } catch (IOException | UnsupportedOperationException | OutOfMemoryError e) {
      isIndirect = true;
      return REFUSED;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Uses the channel; if that cannot be had, or is closed again and again, the other way. */
  private long throughChannel(Use<FileChannel> use, Use<RandomAccessFile> otherwise)
      throws IOException {
    boolean interrupted = Thread.interrupted(); // or it would close the channel at once
    try {
      for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        FileChannel current = channel();
        if (current == null) {
          break;
        }
        if (!used) {
          used = true;
        }
        try {
          return use.of(current);
        } catch (ClosedChannelException e) {
          interrupted |= Thread.interrupted();
        }
      }
      return byHandle(otherwise);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns the channel, open; {@code null} if it cannot be opened. */
  private @Nullable FileChannel channel() throws IOException {
    FileChannel current = channel;
    return current != null && current.isOpen() ? current : openChannel();
  }

  private @Nullable FileChannel openChannel() throws IOException {
    FileChannel opened;
    synchronized (opening) {
      checkOpen();
      FileChannel current = channel;
      if (current != null && current.isOpen()) {
        return current;
      }
      try {
        opened = FileChannel.open(path, StandardOpenOption.READ);
      } catch (IOException e) {
        return null; // who needs it goes the other way, or fails there for the same reason
      }
      if (!isSameFile()) {
        opened.close();
        return null;
      }
      channel = opened;
    }
    noteChannel(); // not before: it takes the locks of others
    return opened;
  }

  private boolean isSameFile() {
    try {
      return Objects.equals(key(path), key);
    } catch (IOException e) {
      return false;
    }
  }

  /** Uses the handle that no interrupt closes; a file that is only read has one for this only. */
  private long byHandle(Use<RandomAccessFile> use) throws IOException {
    RandomAccessFile current = file;
    if (current != null) {
      synchronized (current) {
        if (current.equals(file)) {
          return use.of(current);
        }
      }
    }
    checkOpen();
    try (RandomAccessFile again =
        handles.open(path, () -> new RandomAccessFile(path.toFile(), "r"))) {
      if (!isSameFile()) {
        throw new FileSystemException(
            path.toString(), null, "another file has this name since it was opened");
      }
      return use.of(again);
    }
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new FileSystemException(path.toString(), null, "the file is closed");
    }
  }

  @Override
  public void write(long position, byte[] bytes, int offset, int length) throws IOException {
    RandomAccessFile target = writable();
    synchronized (target) {
      writable(); // still
      target.seek(position);
      for (int done = 0; done < length; done += MAX_TRANSFER_BYTES) {
        target.write(bytes, offset + done, Math.min(length - done, MAX_TRANSFER_BYTES));
      }
    }
  }

  private RandomAccessFile writable() throws IOException {
    RandomAccessFile current = file;
    if (current == null) {
      throw new FileSystemException(path.toString(), null, "the file is open for reading only");
    }
    return current;
  }

  /** Maps by a channel of its own, which an interrupt may close; then it is tried again. */
  @Override
  public Optional<DiskMapping> map(long position, int length, boolean writable) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel own =
            handles.open(
                path,
                () ->
                    writable
                        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                        : FileChannel.open(path, StandardOpenOption.READ))) {
          return Optional.of(
              RealDiskMapping.map(
                  own, writable ? MapMode.READ_WRITE : MapMode.READ_ONLY, position, length));
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
  public void truncate(long length) throws IOException {
    RandomAccessFile target = writable();
    synchronized (target) {
      writable(); // still
      if (length < target.length()) {
        target.setLength(length);
      }
    }
  }

  /**
   * Holds up nothing but {@link #close()}, after which the number of the handle may be that of
   * another file. Not through the channel: an interrupt may hide there that the medium failed.
   */
  @Override
  public void force() throws IOException {
    synchronized (forcing) {
      RandomAccessFile current = file;
      if (current != null) {
        current.getFD().sync();
      } else {
        byHandle(RealDiskFile::sync);
      }
    }
  }

  private static long sync(RandomAccessFile handle) throws IOException {
    handle.getFD().sync();
    return 0;
  }

  /** From then on the file has a handle only while it is read, which the budget can take back. */
  @Override
  public void finish() throws IOException {
    synchronized (forcing) {
      RandomAccessFile current = file;
      if (current != null) {
        synchronized (current) {
          file = null;
          current.close();
        }
      }
    }
  }

  /** Waits for who is using the file: only channels may be closed under their users. */
  @Override
  public void close() throws IOException {
    try {
      synchronized (opening) {
        closed = true;
        FileChannel current = channel;
        if (current != null) {
          current.close();
        }
      }
    } finally {
      handles.closed(this);
      finish();
    }
  }
}
