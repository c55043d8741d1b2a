// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Files and directories, as far as stores need them.
 *
 * <p>Nothing is durable by itself: the bytes of a file after {@link DiskFile#force()}, the entry of
 * a file in its directory (created, renamed or deleted) after {@link #syncDirectory}. Thread-safe;
 * an interrupt of the calling thread disturbs nothing and stays set.
 */
public interface Disk {

  /** Returns the disk of this machine. */
  static Disk real() {
    return RealDisk.INSTANCE;
  }

  /**
   * Creates an empty file and opens it for reading and writing.
   *
   * @throws java.nio.file.FileAlreadyExistsException if it exists
   */
  DiskFile create(Path file) throws IOException;

  /**
   * Opens a file for reading and writing.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  DiskFile open(Path file) throws IOException;

  /**
   * Opens a file for reading. It should keep its name until it is closed: the handle may have to be
   * opened anew, which fails if it has not.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  DiskFile openReadOnly(Path file) throws IOException;

  /** Tells whether there is a file or directory. */
  boolean exists(Path path);

  /** Tells whether there is a directory. */
  boolean isDirectory(Path path);

  /**
   * Returns the names of what is in a directory, sorted.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist
   */
  List<String> list(Path directory) throws IOException;

  /** Creates a directory and those above it, where they are missing. */
  void createDirectories(Path directory) throws IOException;

  /** Renames a file, replacing what is there, in one step that no crash splits. */
  void rename(Path from, Path to) throws IOException;

  /**
   * Gives a file a second name, in the same directory or another. Both are the one file from then
   * on, and it is there until both names are deleted. {@link DiskFiles#linkOrCopy} does without.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the second name is taken
   * @throws java.nio.file.NoSuchFileException if the file does not exist
   * @throws UnsupportedOperationException if this disk has no such names
   * @throws IOException also if it does not have them here, such as across two file systems
   */
  default void link(Path existing, Path link) throws IOException {
    throw new UnsupportedOperationException("a file has one name on this disk");
  }

  /** Deletes a name of a file, or an empty directory, if it exists. */
  void delete(Path path) throws IOException;

  /** Makes the entries of a directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Returns the bytes that may still be written where the path is. */
  long usableBytes(Path path) throws IOException;

  /** Returns how many more files may be opened; the greatest number if nobody can tell. */
  default long freeHandles() {
    return Long.MAX_VALUE;
  }

  /** Returns the one path of a file or directory that exists, whatever links lead there. */
  Path realPath(Path path) throws IOException;

  /**
   * Returns the path by which native code, which passes this interface by, finds a file.
   *
   * @throws UnsupportedOperationException if these files are not the machine's
   */
  default Path nativePath(Path path) {
    throw new UnsupportedOperationException(
        "an engine with native code needs the file system of the machine");
  }

  /**
   * Takes the exclusive lock on a file, which is created if it is missing.
   *
   * @return the lock, to be closed; empty if it is held by someone in this process or another
   */
  Optional<DiskLock> tryLock(Path file) throws IOException;
}
