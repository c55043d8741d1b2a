// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi.io;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** The disk of this machine, by the file system of the JDK. */
final class RealDisk implements Disk {
  static final RealDisk INSTANCE = new RealDisk();

  private static final boolean WINDOWS = File.separatorChar == '\\';

  private final HandleBudget handles =
      HandleBudget.ofProcess(handles("MaxFileDescriptorCount").orElse(Long.MAX_VALUE));

  private RealDisk() {}

  @Override
  public DiskFile create(Path file) throws IOException {
    handles.open(file, () -> Files.createFile(file));
    return RealDiskFile.open(file, handles);
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return RealDiskFile.open(file, handles);
  }

  @Override
  public DiskFile openReadOnly(Path file) throws IOException {
    return RealDiskFile.openReadOnly(file, handles);
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public boolean isDirectory(Path path) {
    return Files.isDirectory(path);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void link(Path existing, Path link) throws IOException {
    Files.createLink(link, existing);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
  }

  /** Uses a channel whose force an interrupt does not close; Windows has no such sync. */
  @Override
  public void syncDirectory(Path directory) throws IOException {
    if (!WINDOWS) {
      try (AsynchronousFileChannel channel =
          handles.open(
              directory, () -> AsynchronousFileChannel.open(directory, StandardOpenOption.READ))) {
        channel.force(true);
      }
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    long bytes = path.toFile().getUsableSpace(); // a call, where the other reads all mounts
    return bytes > 0 ? bytes : Files.getFileStore(path).getUsableSpace();
  }

  @Override
  public long freeHandles() {
    OptionalLong most = handles("MaxFileDescriptorCount");
    OptionalLong open = handles("OpenFileDescriptorCount");
    return most.isPresent() && open.isPresent()
        ? most.getAsLong() - open.getAsLong()
        : Long.MAX_VALUE; // there is no such limit, or nobody tells
  }

  /**
   * Asks the bean of the machine by name, as not every Java has those figures; where it cannot be
   * asked, because beans do not work in this process, stores do.
   */
  private static OptionalLong handles(String attribute) {
    try {
      MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
      ObjectName machine = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
      return OptionalLong.of((Long) beans.getAttribute(machine, attribute));
    } catch (JMException | JMRuntimeException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public Path realPath(Path path) throws IOException {
    return path.toRealPath();
  }

  @Override
  public Path nativePath(Path path) {
    return path;
  }

  @Override
  public Optional<DiskLock> tryLock(Path file) throws IOException {
    return Lock.tryLock(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /**
   * Takes the exclusive lock on a file that exists.
   *
   * @throws NoSuchFileException if it does not
   */
  Optional<DiskLock> tryLockExisting(Path file) throws IOException {
    return Lock.tryLock(file, StandardOpenOption.WRITE);
  }

  /**
   * The lock of the operating system, behind a registry of the locks that this JVM holds.
   *
   * <p>The registry comes first because closing any channel on a locked file releases the lock of
   * the whole process. It lives in the system properties, which all class loaders share, so that
   * two copies of this class know of each other's locks.
   */
  private static final class Lock implements DiskLock {
    private static final String REGISTRY_PREFIX = "dev.ensemblekv.lock:";

    private final String registryKey;
    private @Nullable FileChannel channel;

    private Lock(String registryKey, FileChannel channel) {
      this.registryKey = registryKey;
      this.channel = channel;
    }

    static Optional<DiskLock> tryLock(Path file, OpenOption... options) throws IOException {
      Path directory = DiskFiles.parent(file).toRealPath();
      String key = REGISTRY_PREFIX + directory.resolve(file.getFileName());
      Properties registry = System.getProperties();
      if (registry.putIfAbsent(key, "held") != null) {
        return Optional.empty();
      }
      FileChannel channel = null;
      FileLock lock = null;
      try {
        channel = FileChannel.open(file, options);
        lock = channel.tryLock();
        return lock == null ? Optional.empty() : Optional.of(new Lock(key, channel));
      } catch (OverlappingFileLockException e) {
        channel = null; // someone passed by the registry: closing it would release their lock
        return Optional.empty();
      } finally {
        if (lock == null) {
          registry.remove(key);
          if (channel != null) {
            channel.close();
          }
        }
      }
    }

    @Override
    public synchronized void close() throws IOException {
      FileChannel held = channel;
      if (held != null) {
        channel = null;
        try {
          held.close();
        } finally {
          System.getProperties().remove(registryKey);
        }
      }
    }
  }
}
