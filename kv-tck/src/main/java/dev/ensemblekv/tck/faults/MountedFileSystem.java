// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * A file system of a test's own, which can be filled up or lose its power: in memory, or in an
 * image that is mounted through a loop device. Needs Linux and root.
 *
 * <p>It is unmounted by {@link #close}, at the latest when the JVM ends; what a JVM that was killed
 * left behind is unmounted by the next one.
 */
public final class MountedFileSystem implements AutoCloseable {
  /** What can be mounted. */
  public enum Kind {
    /** An ext4 with its journal. */
    EXT4("mkfs.ext4", "-F"),
    /** An xfs; the smallest has 300 MiB, of which only what is written takes space. */
    XFS("mkfs.xfs", "-f"),
    /** A file system in memory, which is gone when it is unmounted. */
    TMPFS(null, null);

    private final @Nullable String maker;
    private final @Nullable String force;

    /**
     * Creates a kind.
     *
     * @param maker the command that makes it in an image; {@code null}: it has none
     * @param force the flag for an image that may be anything
     */
    Kind(@Nullable String maker, @Nullable String force) {
      this.maker = maker;
      this.force = force;
    }
  }

  private static final String MOUNT = "mount";
  private static final String UMOUNT = "umount";
  private static final String SHUT_DOWN = "xfs_io";

  private final Kind kind;
  private final Path image;
  private final Path directory;
  private final Thread hook = new Thread(this::unmountAndForget, "unmount");

  private MountedFileSystem(Kind kind, Path image, Path directory) {
    this.kind = kind;
    this.image = image;
    this.directory = directory;
  }

  /**
   * Makes a file system and mounts it.
   *
   * @param scratch a directory for the image
   * @throws TestAbortedException if that is not possible on this machine; the message says why
   */
  public static MountedFileSystem mount(Kind kind, long sizeBytes, Path scratch)
      throws IOException, InterruptedException {
    missing(kind)
        .ifPresent(
            missing -> {
              throw new TestAbortedException("cannot be seen on this machine: " + missing);
            });
    MountPoints.sweep();
    Path image = scratch.resolve(kind + ".img").toAbsolutePath();
    MountedFileSystem mounted = new MountedFileSystem(kind, image, MountPoints.create());
    try {
      mounted.format(sizeBytes);
      mounted.mount(sizeBytes);
    } catch (IOException e) {
      mounted.forget();
      throw new TestAbortedException("cannot be seen on this machine: " + e.getMessage(), e);
    }
    Runtime.getRuntime().addShutdownHook(mounted.hook);
    return mounted;
  }

  private static Optional<String> missing(Kind kind) throws IOException {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.of("it mounts file systems of Linux");
    }
    if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      return Optional.of("only root may mount file systems");
    }
    List<String> commands =
        kind.maker == null ? List.of(MOUNT, UMOUNT) : List.of(MOUNT, UMOUNT, kind.maker, SHUT_DOWN);
    return commands.stream()
        .filter(command -> !isOnPath(command))
        .findFirst()
        .map(command -> "the command " + command + " is not on the PATH");
  }

  private static boolean isOnPath(String command) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String each : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(each, command))) {
        return true;
      }
    }
    return false;
  }

  private void format(long sizeBytes) throws IOException, InterruptedException {
    if (kind.maker == null || kind.force == null) {
      return;
    }
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
    Command.run(kind.maker, "-q", kind.force, image.toString());
  }

  private void mount(long sizeBytes) throws IOException, InterruptedException {
    if (kind == Kind.TMPFS) {
      Command.run(MOUNT, "-t", "tmpfs", "-o", "size=" + sizeBytes, "tmpfs", directory.toString());
    } else {
      Command.run(MOUNT, "-o", "loop", image.toString(), directory.toString());
    }
  }

  /** Returns the directory that it is mounted on. */
  public Path directory() {
    return directory;
  }

  /**
   * Takes its power: nothing that was not forced reaches the image from now on. Stop whoever writes
   * to it first, or they may tell of writes that are lost.
   *
   * @throws IllegalStateException if it is in memory
   */
  public void shutDown() throws IOException, InterruptedException {
    if (kind == Kind.TMPFS) {
      throw new IllegalStateException("a file system in memory has nothing left without power");
    }
    Command.run(SHUT_DOWN, "-x", "-c", "shutdown", directory.toString());
  }

  /** Mounts it again, which recovers it; nobody may use it meanwhile. */
  public void remount() throws IOException, InterruptedException {
    Command.run(UMOUNT, directory.toString());
    mount(0);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    unmountAndForget();
  }

  private void unmountAndForget() {
    try {
      MountPoints.unmount(directory);
      forget();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forget() throws IOException {
    Files.deleteIfExists(directory);
    Files.deleteIfExists(image);
  }
}
