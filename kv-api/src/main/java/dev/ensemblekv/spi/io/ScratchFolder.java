// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for temporary files of this process, which only its user can enter, with a lock that
 * tells that the process lives: for native libraries to be unpacked into, and for stand-ins of
 * files that an engine must not change.
 *
 * <p>Folders of processes that were killed are deleted with the next one that is created. To do so
 * their lock is taken, and deleted under itself; so the lock file of a living process is there, and
 * who creates a folder that is taken for a dead one in that very moment notices, and takes another.
 */
public final class ScratchFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScratchFolder.class);
  private static final RealDisk DISK = RealDisk.INSTANCE;
  private static final String LOCK = "lock";
  private static final int ATTEMPTS = 100;

  private final Path path;
  private final DiskLock lock;

  private ScratchFolder(Path path, DiskLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Returns the directory of all folders, {@code java.io.tmpdir}. */
  public static Path parent() {
    return Path.of(System.getProperty("java.io.tmpdir", ""));
  }

  /**
   * Creates a folder with nothing but its lock, and deletes those that processes of this user left
   * behind.
   *
   * @param prefix what the names of the folders begin with, and those of nobody else
   */
  public static ScratchFolder create(String prefix) throws IOException {
    return create(parent(), prefix);
  }

  static ScratchFolder create(Path parent, String prefix) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<ScratchFolder> created = tryCreate(parent, prefix);
      if (created.isPresent()) {
        created.get().sweep(parent, prefix);
        return created.get();
      }
    }
    throw new IOException("no folder in " + parent + " can be locked");
  }

  private static Optional<ScratchFolder> tryCreate(Path parent, String prefix) throws IOException {
    Path path = Files.createTempDirectory(parent, prefix);
    try {
      Optional<DiskLock> lock = DISK.tryLock(path.resolve(LOCK));
      if (lock.isPresent()) {
        if (Files.exists(path.resolve(LOCK))) {
          return Optional.of(new ScratchFolder(path, lock.get()));
        }
        lock.get().close();
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} was swept by another process", path, e);
    }
    return Optional.empty();
  }

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  private void sweep(Path parent, String prefix) {
    try {
      for (String name : DISK.list(parent)) {
        if (name.startsWith(prefix)) {
          sweep(parent.resolve(name));
        }
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be swept", parent, e);
    }
  }

  private void sweep(Path folder) {
    try {
      if (isOurs(folder)) {
        if (Files.exists(folder.resolve(LOCK))) {
          Optional<DiskLock> left = DISK.tryLockExisting(folder.resolve(LOCK));
          if (left.isPresent()) {
            new ScratchFolder(folder, left.get()).close();
          }
        } else {
          delete(folder); // if it is empty; who is about to lock it notices
        }
      }
    } catch (IOException e) {
      LOG.debug("{} stays, or went away", folder, e);
    }
  }

  /** What belongs to others may be something else by the time that it is deleted. */
  private boolean isOurs(Path folder) throws IOException {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(path));
  }

  /**
   * Deletes the folder with the files in it. On Windows a library that was loaded from it stays,
   * until another folder is created. Closing again does nothing.
   */
  @Override
  public void close() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (lock) {
      boolean empty = true;
      for (String name : DISK.list(path)) {
        empty &= name.equals(LOCK) || delete(path.resolve(name));
      }
      if (empty) {
        delete(path.resolve(LOCK));
      }
    }
    delete(path);
  }

  /** Files only: whatever somebody may have put there, no links are followed. */
  private static boolean delete(Path file) {
    try {
      DISK.delete(file);
      return true;
    } catch (IOException e) {
      LOG.debug("{} stays for the next process", file, e);
      return false;
    }
  }
}
