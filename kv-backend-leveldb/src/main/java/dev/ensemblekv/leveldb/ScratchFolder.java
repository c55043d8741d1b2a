// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for temporary files of this process, with a lock that tells that the process lives.
 *
 * <p>Its name cannot be foreseen. What processes that were killed left behind is deleted by the
 * next one, which knows by the lock.
 */
final class ScratchFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScratchFolder.class);
  private static final String PREFIX = "ensemblekv-leveldb-";
  private static final String LOCK = "lock";
  private static final int NAME_BYTES = 16;

  private final Disk disk;
  private final Path path;
  private final DiskLock lock;

  private ScratchFolder(Disk disk, Path path, DiskLock lock) {
    this.disk = disk;
    this.path = path;
    this.lock = lock;
  }

  /** Creates a folder. */
  static ScratchFolder create(Disk disk, Path parent) throws IOException {
    byte[] name = new byte[NAME_BYTES];
    new SecureRandom().nextBytes(name);
    Path path = parent.resolve(PREFIX + HexFormat.of().formatHex(name));
    disk.createDirectories(path);
    DiskLock lock =
        disk.tryLock(path.resolve(LOCK))
            .orElseThrow(() -> new IOException(path + " was taken away by another process"));
    return new ScratchFolder(disk, path, lock);
  }

  Path path() {
    return path;
  }

  /** Deletes the folders of processes that have ended, as far as this is allowed. */
  static void sweep(Disk disk, Path parent) throws IOException {
    for (String name : disk.list(parent)) {
      if (name.startsWith(PREFIX)) {
        Path folder = parent.resolve(name);
        try {
          Optional<DiskLock> lock = disk.tryLock(folder.resolve(LOCK));
          if (lock.isPresent()) {
            new ScratchFolder(disk, folder, lock.get()).close();
          }
        } catch (IOException e) {
          LOG.debug("{} stays: it belongs to another user, or went away", folder, e);
        }
      }
    }
  }

  /** Deletes the folder; on Windows a library that was loaded from it stays for the next sweep. */
  @Override
  public void close() throws IOException {
    try (lock) {
      for (String name : disk.list(path)) {
        if (!name.equals(LOCK)) {
          delete(path.resolve(name));
        }
      }
    }
    if (disk.list(path).size() <= 1) {
      delete(path.resolve(LOCK));
      delete(path);
    }
  }

  /** Files only: whatever somebody may have put there, no links are followed. */
  private void delete(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.debug("{} stays for the next process", file, e);
    }
  }
}
