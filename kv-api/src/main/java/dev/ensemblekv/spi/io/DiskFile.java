// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.util.Optional;

/**
 * An open file. Thread-safe; an interrupt of the calling thread disturbs nothing and stays set.
 *
 * <p>After a {@link #force()} that failed, nobody knows what is on the medium: a later one that
 * succeeds proves nothing. Never retry; write a new file, or give up.
 */
public interface DiskFile extends AutoCloseable {
  /** What {@link #readPastCache} returns if it cannot be had. */
  int REFUSED = -1;

  /** Returns the length, in bytes. */
  long size() throws IOException;

  /**
   * Reads bytes.
   *
   * @return how many were read: less than {@code length} only at the end of the file
   */
  int read(long position, byte[] bytes, int offset, int length) throws IOException;

  /**
   * Reads bytes that will not be asked for again soon, past the memory in which the system keeps
   * what was read before, so that other things stay there. Of what was written since the last
   * {@link #force()} it may find what was there before.
   *
   * @return how many were read: less than {@code length} only at the end of the file; {@link
   *     #REFUSED} if this disk cannot do so, or not here: {@link #read} reads them as ever
   */
  default int readPastCache(long position, byte[] bytes, int offset, int length)
      throws IOException {
    return REFUSED;
  }

  /** Writes all bytes; the file grows as needed, and reads zero where it was never written. */
  void write(long position, byte[] bytes, int offset, int length) throws IOException;

  /**
   * Maps the beginning of the file into memory, where bytes can be read and written without calls.
   *
   * <p>The file grows to the length if it is shorter, by a hole. What is written to the mapping is
   * what is read from the file, survives the death of the process, and is made durable by {@link
   * #force()}. Writing where the file has a hole takes space that may not be there, which no
   * exception tells: write there by {@link #write} first.
   *
   * @param length at most 1 GiB
   * @return the mapping, to be closed; empty if this disk has none
   */
  default Optional<DiskMapping> map(long position, int length, boolean writable)
      throws IOException {
    return Optional.empty();
  }

  /** Cuts the file to a length; does nothing if it is shorter. */
  void truncate(long length) throws IOException;

  /** Makes everything written to the file so far durable; not its name. */
  void force() throws IOException;

  /**
   * Says that the file will only be read from now on, so that a disk can give back what it needs
   * for writing. Does nothing to what was written.
   */
  default void finish() throws IOException {}

  /** Closes the file without making it durable. Closing again does nothing. */
  @Override
  void close() throws IOException;
}
