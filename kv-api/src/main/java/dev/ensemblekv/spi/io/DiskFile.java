// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;

/**
 * An open file. Thread-safe; an interrupt of the calling thread disturbs nothing and stays set.
 *
 * <p>After a {@link #force()} that failed, nobody knows what is on the medium: a later one that
 * succeeds proves nothing. Never retry; write a new file, or give up.
 */
public interface DiskFile extends AutoCloseable {

  /** Returns the length, in bytes. */
  long size() throws IOException;

  /**
   * Reads bytes.
   *
   * @return how many were read: less than {@code length} only at the end of the file
   */
  int read(long position, byte[] bytes, int offset, int length) throws IOException;

  /** Writes all bytes; the file grows as needed, and reads zero where it was never written. */
  void write(long position, byte[] bytes, int offset, int length) throws IOException;

  /** Cuts the file to a length; does nothing if it is shorter. */
  void truncate(long length) throws IOException;

  /** Makes everything written to the file so far durable; not its name. */
  void force() throws IOException;

  /** Closes the file without making it durable. Closing again does nothing. */
  @Override
  void close() throws IOException;
}
