// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A stand-in for a database that is read only: LevelDB writes at every opening, so it is given a
 * {@link ScratchFolder} with symbolic links to the tables, which never change, and copies of all
 * other files. What it writes, moves or deletes there leaves the database as it is.
 */
final class ReadOnlyCopy implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;

  private final Disk disk;
  private final Path original;
  private final ScratchFolder folder;

  private ReadOnlyCopy(Disk disk, Path original, ScratchFolder folder) {
    this.disk = disk;
    this.original = original;
    this.folder = folder;
  }

  /** Makes one; the database must not change meanwhile. */
  static ReadOnlyCopy of(Disk disk, Path original) throws IOException {
    ReadOnlyCopy copy =
        new ReadOnlyCopy(disk, original, ScratchFolder.create(NativeLibrary.SCRATCH));
    try {
      copy.fill();
      return copy;
    } catch (IOException | RuntimeException | Error e) {
      DiskFiles.closeAfter(e, copy);
      throw e;
    }
  }

  private void fill() throws IOException {
    for (String name : disk.list(original)) {
      if (FileNames.isTable(name)) {
        Files.createSymbolicLink(
            disk.nativePath(path().resolve(name)), disk.nativePath(original.resolve(name)));
      } else if (FileNames.isOurs(name) || name.equals(CleanMarker.NAME)) {
        copy(name);
      }
    }
  }

  private void copy(String name) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (DiskFile from = disk.openReadOnly(original.resolve(name));
        DiskFile to = disk.create(path().resolve(name))) {
      long offset = 0;
      for (int read = from.read(offset, chunk, 0, chunk.length);
          read > 0;
          read = from.read(offset, chunk, 0, chunk.length)) {
        to.write(offset, chunk, 0, read);
        offset += read;
      }
    }
  }

  /** Returns the directory to open instead. */
  Path path() {
    return folder.path();
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
