// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

/** What a program can ask of a {@link SimulatedDisk}. */
public enum DiskOperation {
  /** A file is created. */
  CREATE(true),
  /** A file is opened that exists. */
  OPEN(false),
  /** Bytes are read. */
  READ(false),
  /** Bytes are written. */
  WRITE(true),
  /** A file is cut. */
  TRUNCATE(true),
  /** A file's bytes are made durable. */
  FORCE(true),
  /** The names in a directory are read. */
  LIST(false),
  /** Directories are created. */
  CREATE_DIRECTORIES(true),
  /** A file is renamed. */
  RENAME(true),
  /** A file gets a second name. */
  LINK(true),
  /** A name of a file, or a directory, is deleted. */
  DELETE(true),
  /** A directory's names are made durable. */
  SYNC_DIRECTORY(true),
  /** A lock is taken. */
  LOCK(true);

  private final boolean change;

  DiskOperation(boolean change) {
    this.change = change;
  }

  /** Tells whether it can change what a crash leaves behind, and so is a point to crash at. */
  public boolean isChange() {
    return change;
  }
}
