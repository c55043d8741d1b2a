// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;

/**
 * A file of the framework's disk as a channel, for MVStore: no interrupt closes it, and tests can
 * crash it.
 *
 * <p>It writes in an order that a loss of power cannot undo. What a commit writes, a chunk, counts
 * if its footer is there; so the footer goes last, after everything else is on the medium. Of the
 * two copies of the header one is always whole.
 *
 * <p>MVStore closes itself over an exception of a write, and takes the readers with it. So the
 * first failure is kept for who commits, and nothing is written from then on.
 */
final class DataFile extends FileBaseDefault {
  private static final int HEADER_BYTES = 4096;
  private static final int FOOTER_BYTES = 128;

  private final DiskFile file;
  private volatile IOException failure;

  DataFile(DiskFile file) {
    this.file = file;
  }

  /** Something done to the file. */
  @FunctionalInterface
  private interface Change {
    void run() throws IOException;
  }

  private void change(Change change) {
    if (failure == null) {
      try {
        change.run();
      } catch (IOException e) {
        failure = e;
      }
    }
  }

  /** Throws the failure there was. */
  void checkWritten() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Writes a chunk, or both headers at the begin of the file. */
  @Override
  public int write(ByteBuffer source, long position) {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    int last = position == 0 ? HEADER_BYTES : FOOTER_BYTES;
    int first = bytes.length - last;
    change(
        () -> {
          file.write(position, bytes, 0, first);
          file.force();
          file.write(position + first, bytes, first, last);
        });
    return bytes.length;
  }

  @Override
  public void force(boolean metadata) {
    change(file::force);
  }

  @Override
  protected void implTruncate(long size) {
    change(() -> file.truncate(size));
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    byte[] bytes = new byte[target.remaining()];
    int count = file.read(position, bytes, 0, bytes.length);
    target.put(bytes, 0, count);
    return count == 0 && bytes.length > 0 ? -1 : count;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }

  /** Locks nothing: the framework has locked the directory. */
  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    return new FileLock((FileChannel) this, position, size, shared) {
      @Override
      public boolean isValid() {
        return isOpen();
      }

      @Override
      public void release() {}
    };
  }
}
