// SPDX-License-Identifier: Apache-2.0
package com.example.mvstore;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.ZipOutputStream;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.RandomAccessStore;
import org.h2.mvstore.SFChunk;

/**
 * The file of an MVStore on the disk of the framework, which no interrupt closes and which tests
 * can crash.
 *
 * <p>It writes in an order that a loss of power cannot undo. A chunk, which is what a commit
 * writes, counts if its footer is there; so the footer goes last, after everything else is on the
 * medium. Of the two copies of the header one is always whole.
 *
 * <p>MVStore closes itself over an exception of a write, and takes the readers with it. So the
 * first failure is kept for who commits, and nothing is written from then on.
 */
final class DataFile extends RandomAccessStore {
  private static final int FOOTER_BYTES = 128;

  private final DiskFile file;
  private volatile IOException failure;

  DataFile(DiskFile file, boolean readOnly, Map<String, Object> config) throws IOException {
    super(config);
    this.file = file;
    init("data", readOnly);
    setSize(file.size());
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

  @Override
  protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    setSize(Math.max(size(), position + bytes.length));
    int last = position == 0 ? BLOCK_SIZE : FOOTER_BYTES; // the second header, or the footer
    int first = bytes.length - last;
    change(
        () -> {
          file.write(position, bytes, 0, first);
          file.force();
          file.write(position + first, bytes, first, last);
        });
  }

  @Override
  public void sync() {
    change(file::force);
  }

  @Override
  protected void truncate(long size) {
    setSize(Math.min(size(), size));
    change(() -> file.truncate(size));
  }

  @Override
  public ByteBuffer readFully(SFChunk chunk, long position, int length) {
    byte[] bytes = new byte[length];
    try {
      if (file.read(position, bytes, 0, length) < length) {
        throw new EOFException("the file ends before byte " + (position + length));
      }
    } catch (IOException e) {
      throw DataUtils.newMVStoreException(
          DataUtils.ERROR_READING_FAILED, "reading at byte {0} failed", position, e);
    }
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public int getDefaultRetentionTime() {
    return 0; // each commit is durable before the next one begins
  }

  @Override
  public void open(String name, boolean readOnly, char[] encryptionKey) {} // it is

  @Override
  public DataFile open(String name, boolean readOnly) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void backup(ZipOutputStream out) {
    throw new UnsupportedOperationException();
  }
}
