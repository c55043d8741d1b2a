// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.util.Arrays;

/** A file for reading, in which what the disk cannot read is filled with what no record has. */
final class TolerantFile implements DiskFile {
  private static final int BLOCK_BYTES = 4096;
  private static final byte UNREADABLE = (byte) 0xFF;

  private final DiskFile file;

  TolerantFile(DiskFile file) {
    this.file = file;
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public int read(long position, byte[] bytes, int offset, int length) throws IOException {
    try {
      return file.read(position, bytes, offset, length);
    } catch (IOException e) {
      int wanted = (int) Math.max(0, Math.min(length, file.size() - position));
      for (int done = 0; done < wanted; ) {
        int inBlock = (int) ((position + done) % BLOCK_BYTES);
        int part = Math.min(wanted - done, BLOCK_BYTES - inBlock);
        readBlock(position + done, bytes, offset + done, part);
        done += part;
      }
      return wanted;
    }
  }

  private void readBlock(long position, byte[] bytes, int offset, int length) {
    try {
      if (file.read(position, bytes, offset, length) == length) {
        return;
      }
    } catch (IOException e) {
      // Its bytes are damaged, and found out to be.
    }
    Arrays.fill(bytes, offset, offset + length, UNREADABLE);
  }

  @Override
  public void write(long position, byte[] bytes, int offset, int length) {
    throw new UnsupportedOperationException("the file is open for reading only");
  }

  @Override
  public void truncate(long length) {
    throw new UnsupportedOperationException("the file is open for reading only");
  }

  @Override
  public void force() {}

  @Override
  public void close() throws IOException {
    file.close();
  }
}
