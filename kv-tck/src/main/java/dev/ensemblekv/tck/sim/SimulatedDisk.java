// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.sim;

import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.DiskLock;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that loses what was not made durable.
 *
 * <p>At a crash each write to a page since the last {@link DiskFile#force()} is kept, dropped, torn
 * or, where the file grew, zeroed; of one page a later write is never there without an earlier one.
 * Each change of a name since the last {@link #syncDirectory} is kept or lost; a rename is never
 * split. A truncation is kept, or lost with all that came after it, or lost by itself: then what
 * was cut off is there again, behind and between what was written since. What becomes of it all is
 * drawn from a seed.
 *
 * <p>Changes are counted from zero, so that a crash or a failure can be asked for at each of them:
 * {@link #crashAt}, {@link #faults()}. Nothing is kept between a disk and the one found {@linkplain
 * #afterCrash after a crash}. Thread-safe.
 */
public final class SimulatedDisk implements Disk {
  /** Sees each change before it happens; may look at the disk as it would be found then. */
  interface Observer {
    void before(long change, DiskOperation operation, Path path);
  }

  private static final long NEVER = Long.MAX_VALUE;

  // All guarded by this.
  private NameTree names;
  private final Set<Path> locks = new HashSet<>();
  private final DiskFaults faults = new DiskFaults(this);
  private long changes;
  private long operations;
  private long crashAt = NEVER;
  private int boots;
  private boolean crashed;
  private @Nullable Observer observer;

  /** Creates an empty disk. */
  public SimulatedDisk() {
    this(new NameTree());
  }

  private SimulatedDisk(NameTree names) {
    this.names = names;
  }

  /** Returns what goes wrong on this disk, to be asked for. */
  public DiskFaults faults() {
    return faults;
  }

  /** Returns how many changes were asked for so far, which is the number of the next one. */
  public synchronized long changes() {
    return changes;
  }

  /** Returns how many operations were asked for so far, those that change nothing included. */
  public synchronized long operations() {
    return operations;
  }

  /** Makes the change of a number, and everything after it, throw {@link SimulatedCrash}. */
  public synchronized void crashAt(long change) {
    crashAt = change;
  }

  /** Makes everything from now on throw {@link SimulatedCrash}. */
  public synchronized void crash() {
    crashed = true;
  }

  /** Returns the disk as the next boot finds it if the power goes now; this one stays as it is. */
  public synchronized SimulatedDisk afterCrash(long seed) {
    return new SimulatedDisk(names.afterCrash(new Fate(seed)));
  }

  /**
   * Makes this disk what the next boot finds if the power goes now. Files that are open, and locks
   * that are held, are of the time before: using them throws {@link SimulatedCrash}.
   */
  public synchronized void losePower(long seed) {
    names = names.afterCrash(new Fate(seed));
    locks.clear();
    boots++;
  }

  /**
   * Returns the disk as the next process finds it if this one is killed now: everything written is
   * there, no lock is held, and what was not durable still is not. This one stays as it is.
   */
  public synchronized SimulatedDisk afterKill() {
    return new SimulatedDisk(names.copy());
  }

  /** Tells whether a loss of power could not change anything now. */
  public synchronized boolean isDurable() {
    return names.isDurable();
  }

  /**
   * Returns 64 bits that tell apart what is on the medium. Of a disk {@linkplain #afterCrash after
   * a crash} that is all there is.
   */
  public synchronized long mediumHash() {
    return names.durableHash();
  }

  /** Calls an observer before each change; {@code null}: none. */
  synchronized void observe(@Nullable Observer observer) {
    this.observer = observer;
  }

  synchronized long usedBytes() {
    return names.usedBytes();
  }

  /** Counts an operation and lets it fail if it is to; returns whether it is to be left out. */
  private boolean begin(DiskOperation operation, Path path) throws IOException {
    checkPower();
    operations++;
    if (!operation.isChange()) {
      faults.check(operation, path, -1);
      return false;
    }
    long change = changes++;
    if (change >= crashAt) {
      crashed = true;
      checkPower();
    }
    if (observer != null) {
      observer.before(change, operation, path);
    }
    faults.check(operation, path, change);
    return faults.isOmitted(operation, path);
  }

  private void checkPower() {
    if (crashed) {
      throw new SimulatedCrash(changes);
    }
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private DirectoryContent directory(Path path) throws IOException {
    SimulatedNode node = names.find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    if (node instanceof DirectoryContent directory) {
      return directory;
    }
    throw new NotDirectoryException(path.toString());
  }

  private FileContent file(Path path) throws IOException {
    SimulatedNode node = names.find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    if (node instanceof FileContent file) {
      return file;
    }
    throw new FileSystemException(path + " is a directory");
  }

  @Override
  public synchronized DiskFile create(Path file) throws IOException {
    Path path = absolute(file);
    begin(DiskOperation.CREATE, path);
    DirectoryContent directory = directory(DiskFiles.parent(path));
    if (directory.live.containsKey(name(path))) {
      throw new FileAlreadyExistsException(path.toString());
    }
    FileContent content = new FileContent();
    names.add(directory, name(path), content);
    return new OpenFile(path, content, true);
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    Path path = absolute(file);
    begin(DiskOperation.OPEN, path);
    return new OpenFile(path, file(path), true);
  }

  @Override
  public synchronized DiskFile openReadOnly(Path file) throws IOException {
    Path path = absolute(file);
    begin(DiskOperation.OPEN, path);
    return new OpenFile(path, file(path), false);
  }

  @Override
  public synchronized boolean exists(Path path) {
    checkPower();
    return names.find(absolute(path)) != null;
  }

  @Override
  public synchronized boolean isDirectory(Path path) {
    checkPower();
    return names.find(absolute(path)) instanceof DirectoryContent;
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    Path path = absolute(directory);
    begin(DiskOperation.LIST, path);
    return List.copyOf(directory(path).live.keySet());
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    Path path = absolute(directory);
    List<Path> missing = new ArrayList<>();
    for (Path at = path; names.find(at) == null; at = DiskFiles.parent(at)) {
      missing.add(0, at);
    }
    if (missing.isEmpty()) {
      checkPower();
      directory(path);
    }
    for (Path created : missing) {
      begin(DiskOperation.CREATE_DIRECTORIES, created);
      names.add(directory(DiskFiles.parent(created)), name(created), new DirectoryContent());
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Path source = absolute(from);
    Path target = absolute(to);
    begin(DiskOperation.RENAME, target);
    FileContent content = file(source);
    DirectoryContent sourceDirectory = directory(DiskFiles.parent(source));
    DirectoryContent targetDirectory = directory(DiskFiles.parent(target));
    if (targetDirectory.live.get(name(target)) instanceof DirectoryContent) {
      throw new FileAlreadyExistsException(target.toString());
    }
    if (targetDirectory.live.get(name(target)) != content) { // of two names of one file both stay
      boolean atomic = !faults.isOmitted(DiskOperation.RENAME, target);
      names.rename(sourceDirectory, name(source), targetDirectory, name(target), content, atomic);
    }
  }

  @Override
  public synchronized void link(Path existing, Path link) throws IOException {
    Path target = absolute(link);
    begin(DiskOperation.LINK, target);
    FileContent content = file(absolute(existing));
    DirectoryContent directory = directory(DiskFiles.parent(target));
    if (directory.live.containsKey(name(target))) {
      throw new FileAlreadyExistsException(target.toString());
    }
    names.add(directory, name(target), content);
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    Path deleted = absolute(path);
    boolean omitted = begin(DiskOperation.DELETE, deleted);
    SimulatedNode node = names.find(deleted);
    if (node == null || omitted) {
      return;
    }
    if (node instanceof DirectoryContent directory && !directory.live.isEmpty()) {
      throw new DirectoryNotEmptyException(deleted.toString());
    }
    names.remove(directory(DiskFiles.parent(deleted)), name(deleted), node);
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    Path path = absolute(directory);
    boolean omitted = begin(DiskOperation.SYNC_DIRECTORY, path);
    DirectoryContent content = directory(path);
    if (!omitted) {
      names.sync(content);
    }
  }

  @Override
  public synchronized long usableBytes(Path path) {
    checkPower();
    return faults.freeBytes();
  }

  @Override
  public synchronized Path realPath(Path path) throws IOException {
    checkPower();
    Path real = absolute(path);
    if (names.find(real) == null) {
      throw new NoSuchFileException(real.toString());
    }
    return real;
  }

  @Override
  public synchronized Optional<DiskLock> tryLock(Path file) throws IOException {
    Path path = absolute(file);
    boolean omitted = begin(DiskOperation.LOCK, path);
    DirectoryContent directory = directory(DiskFiles.parent(path));
    if (!directory.live.containsKey(name(path))) {
      names.add(directory, name(path), new FileContent());
    }
    if (omitted) {
      return Optional.of(() -> {});
    }
    return locks.add(path) ? Optional.of(new HeldLock(path)) : Optional.empty();
  }

  /**
   * Returns the bytes of a file, whatever goes wrong on this disk; not counted.
   *
   * @throws NoSuchFileException if there is no such file
   */
  public synchronized byte[] contents(Path file) throws IOException {
    FileContent content = file(absolute(file));
    byte[] bytes = new byte[Math.toIntExact(content.size())];
    content.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** Replaces the bytes of a file, on the medium too; not counted. */
  public synchronized void damage(Path file, byte[] bytes) throws IOException {
    file(absolute(file)).damage(bytes);
  }

  /** Flips a bit of a file, on the medium too; not counted. */
  public synchronized void flipBit(Path file, int offset, int bit) throws IOException {
    byte[] bytes = contents(file);
    bytes[offset] ^= (byte) (1 << bit);
    damage(file, bytes);
  }

  /** Cuts a file, on the medium too; not counted. */
  public synchronized void cut(Path file, int length) throws IOException {
    byte[] bytes = contents(file);
    byte[] rest = new byte[Math.min(length, bytes.length)];
    System.arraycopy(bytes, 0, rest, 0, rest.length);
    damage(file, rest);
  }

  /** A lock, which a crash releases by leaving it behind on the old disk. */
  private final class HeldLock implements DiskLock {
    private final Path path;
    private final int boot = boots;
    private boolean held = true;

    HeldLock(Path path) {
      this.path = path;
    }

    @Override
    public void close() {
      synchronized (SimulatedDisk.this) {
        if (held && boot == boots) {
          held = false;
          locks.remove(path);
        }
      }
    }
  }

  /** An open file; it stays usable when its name is changed or deleted. */
  private final class OpenFile implements DiskFile {
    private final Path path;
    private final FileContent content;
    private final int boot = boots;
    private boolean writable;
    private boolean closed;

    OpenFile(Path path, FileContent content, boolean writable) {
      this.path = path;
      this.content = content;
      this.writable = writable;
    }

    private boolean beginOn(DiskOperation operation) throws IOException {
      if (boot != boots) {
        throw new SimulatedCrash(changes);
      }
      if (closed) {
        throw new IOException(path + " is closed");
      }
      if (operation.isChange() && operation != DiskOperation.FORCE && !writable) {
        throw new IOException(path + " is open for reading only");
      }
      return begin(operation, path);
    }

    @Override
    public long size() throws IOException {
      synchronized (SimulatedDisk.this) {
        beginOn(DiskOperation.READ);
        return content.size();
      }
    }

    @Override
    public int read(long position, byte[] bytes, int offset, int length) throws IOException {
      synchronized (SimulatedDisk.this) {
        beginOn(DiskOperation.READ);
        return content.read(position, bytes, offset, length);
      }
    }

    /** Finds nothing but what is durable. */
    @Override
    public int readPastCache(long position, byte[] bytes, int offset, int length)
        throws IOException {
      synchronized (SimulatedDisk.this) {
        beginOn(DiskOperation.READ);
        return content.readDurable(position, bytes, offset, length);
      }
    }

    @Override
    public void write(long position, byte[] bytes, int offset, int length) throws IOException {
      synchronized (SimulatedDisk.this) {
        beginOn(DiskOperation.WRITE);
        long growth = position + length - content.size();
        long free = faults.freeBytes();
        if (growth > free) {
          content.write(position, bytes, offset, (int) Math.max(0, length - (growth - free)));
          throw faults.full(path);
        }
        content.write(position, bytes, offset, length);
      }
    }

    @Override
    public void truncate(long length) throws IOException {
      synchronized (SimulatedDisk.this) {
        if (!beginOn(DiskOperation.TRUNCATE)) {
          content.truncate(length);
        }
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (SimulatedDisk.this) {
        try {
          if (!beginOn(DiskOperation.FORCE)) {
            content.force();
          }
        } catch (IOException e) {
          content.giveUp(); // as kernels do: a later force succeeds and the bytes stay lost
          throw e;
        }
      }
    }

    @Override
    public void finish() {
      synchronized (SimulatedDisk.this) {
        writable = false;
      }
    }

    @Override
    public void close() {
      synchronized (SimulatedDisk.this) {
        closed = true;
      }
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
