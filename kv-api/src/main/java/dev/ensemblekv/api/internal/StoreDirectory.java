// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.api.internal;

import dev.ensemblekv.api.ForeignDirectoryException;
import dev.ensemblekv.api.StoreDescriptor;
import dev.ensemblekv.api.StoreDescriptor.State;
import dev.ensemblekv.api.StoreLockedException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the framework in the directory of a store: {@code STORE}, the descriptor; {@code
 * STORE.lock}, held and never read; {@code STORE.holder}, which tells who holds it. All other names
 * are the backend's; engines have files named LOCK of their own, which ours must not be.
 *
 * <p>A directory that has other files but no descriptor is foreign and never touched. One that has
 * a descriptor of a creation that did not end, or only what comes before the descriptor, holds no
 * store: a crash while creating one locks nobody out.
 *
 * <p>For one thread at a time.
 */
final class StoreDirectory {
  static final String LOCK = "STORE.lock";
  static final String HOLDER = "STORE.holder";

  private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);
  private static final Set<String> OWN_FILES =
      Set.of(LOCK, HOLDER, DescriptorFile.NAME, DescriptorFile.NAME + ".tmp");
  private static final int MAX_HOLDER_BYTES = 4096;

  private final Disk disk;
  private final Path path;

  // What was read last: who has taken the lock reads again, and mostly finds the same.
  private Optional<StoreDescriptor> lastRead = Optional.empty();
  private byte @Nullable [] lastBytes;

  StoreDirectory(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  Path path() {
    return path;
  }

  /**
   * Reads the descriptor; empty if there is no directory or nothing in it.
   *
   * @throws ForeignDirectoryException if there is something, but not ours
   */
  Optional<StoreDescriptor> read() throws IOException {
    if (!disk.exists(path)) {
      return Optional.empty();
    }
    if (!disk.isDirectory(path)) {
      throw new ForeignDirectoryException(
          "this is a file; a store needs a directory of its own", path, null);
    }
    Optional<byte[]> bytes = DescriptorFile.readBytes(disk, path);
    if (bytes.isEmpty()) {
      List<String> foreign =
          disk.list(path).stream().filter(name -> !OWN_FILES.contains(name)).toList();
      if (!foreign.isEmpty()) {
        throw new ForeignDirectoryException(
            "the directory holds files but no store of ours ("
                + foreign.get(0)
                + (foreign.size() > 1 ? ", ..." : "")
                + "); choose an empty directory or a new one",
            path,
            null);
      }
      return Optional.empty();
    }
    if (!Arrays.equals(bytes.get(), lastBytes)) {
      lastRead = Optional.of(DescriptorFile.decode(bytes.get(), path));
      lastBytes = bytes.get();
    }
    return lastRead;
  }

  /** Replaces the descriptor, durably. */
  void write(StoreDescriptor descriptor) throws IOException {
    DescriptorFile.write(disk, path, descriptor);
  }

  /** Creates the directory, durably; returns whether it was missing. */
  boolean create() throws IOException {
    return DiskFiles.createDirectories(disk, path);
  }

  /**
   * Takes the lock and says so to others.
   *
   * @throws StoreLockedException if it is held
   */
  DiskLock lock(Instant now) throws IOException {
    DiskLock lock =
        disk.tryLock(path.resolve(LOCK))
            .orElseThrow(
                () ->
                    new StoreLockedException(
                        "the store is open already: " + holder() + "; close it there first",
                        path,
                        null));
    tellHolder(
        "process "
            + ProcessHandle.current().pid()
            + ", since "
            + now.truncatedTo(ChronoUnit.SECONDS));
    return lock;
  }

  /** Best effort: a disk that is full must not keep a store from being opened. */
  private void tellHolder(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      disk.delete(path.resolve(HOLDER));
      try (DiskFile file = disk.create(path.resolve(HOLDER))) {
        file.write(0, bytes, 0, bytes.length);
      }
    } catch (IOException e) {
      LOG.debug("cannot write {}", path.resolve(HOLDER), e);
    }
  }

  private String holder() {
    try {
      byte[] bytes = DiskFiles.read(disk, path.resolve(HOLDER), MAX_HOLDER_BYTES);
      return bytes.length == 0 ? "by an unknown process" : "by " + text(bytes);
    } catch (IOException e) {
      return "by an unknown process (" + HOLDER + " cannot be read: " + e.getMessage() + ")";
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }

  /** Releases the lock. */
  void unlock(DiskLock lock) throws IOException {
    try {
      disk.delete(path.resolve(HOLDER));
    } finally {
      lock.close();
    }
  }

  /**
   * Gives up what failed and releases the lock; of a store that was being created nothing is left,
   * unless cleaning up fails too.
   *
   * @param created whether the directory itself was created
   */
  void abandon(DiskLock lock, boolean created) throws IOException {
    try {
      Optional<StoreDescriptor> descriptor = read();
      if (descriptor.isPresent() && descriptor.get().state() == State.CREATING) {
        clear();
        disk.delete(path.resolve(DescriptorFile.NAME));
      }
      if (created && read().isEmpty()) {
        disk.delete(path.resolve(LOCK));
      }
    } finally {
      unlock(lock);
    }
    if (created && disk.list(path).isEmpty()) {
      disk.delete(path);
    }
  }

  /** Leaves a directory that did not become a store as it was, and releases the lock. */
  void forsake(DiskLock lock) throws IOException {
    try {
      disk.delete(path.resolve(DescriptorFile.NAME));
      disk.delete(path.resolve(LOCK));
    } finally {
      unlock(lock);
    }
  }

  /** Deletes everything but the framework's own files. */
  void clear() throws IOException {
    for (String name : disk.list(path)) {
      if (!OWN_FILES.contains(name)) {
        DiskFiles.deleteTree(disk, path.resolve(name));
      }
    }
  }

  /**
   * Marks the store as being destroyed, so that a crash on the way leaves one that can only be
   * destroyed further. A full disk, for which stores are destroyed, is no obstacle.
   */
  void beginDestruction(StoreDescriptor descriptor) throws IOException {
    try {
      write(descriptor.withState(State.DESTROYING));
    } catch (IOException e) {
      if (!DiskFiles.isDiskFull(e)) {
        throw e;
      }
      LOG.warn("no space to mark {} as being destroyed", path, e);
    }
  }

  /** Deletes everything, the descriptor after what it describes, and the directory. */
  void destroy() throws IOException {
    clear();
    disk.syncDirectory(path);
    disk.delete(path.resolve(DescriptorFile.NAME));
    disk.syncDirectory(path);
    for (String name : OWN_FILES) {
      disk.delete(path.resolve(name));
    }
    disk.delete(path);
    disk.syncDirectory(DiskFiles.parent(path));
  }
}
