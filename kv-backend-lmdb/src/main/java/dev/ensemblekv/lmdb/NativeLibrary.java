// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Meta;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loading of LMDB's native library, once in a process.
 *
 * <p>lmdbjava and jffi unpack their libraries into files and leave them to the end of the process,
 * which a kill prevents. Here they unpack into a directory of the user, and the files are deleted
 * as soon as they are loaded. Those who load hold a lock on it, so whatever lies there when it is
 * taken is left over and is deleted first; where the system keeps loaded files from being deleted,
 * those of the living stay.
 */
final class NativeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);
  private static final String LMDB_EXTRACT = "lmdbjava.extract.dir";
  private static final String JFFI_EXTRACT = "jffi.extract.dir";
  private static final String LOCK = "lock";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private static @Nullable String version;

  private NativeLibrary() {}

  /**
   * Loads the library unless it is loaded.
   *
   * @return its version
   * @throws KvException if it cannot be loaded
   */
  static synchronized String load() {
    String loaded = version;
    if (loaded == null) {
      try {
        loaded = loadPrivately();
      } catch (IOException | RuntimeException | LinkageError e) {
        throw new KvException(
            "the native library of LMDB cannot be loaded on "
                + System.getProperty("os.name")
                + " "
                + System.getProperty("os.arch")
                + "; it comes in the artifact org.lmdbjava:native, or set the system property"
                + " lmdbjava.native.lib to a liblmdb of the machine: "
                + e,
            e);
      }
      version = loaded;
    }
    return loaded;
  }

  /** Under a lock that other class loaders of this process know too: the file's is one for all. */
  private static String loadPrivately() throws IOException {
    if (System.getProperty(LMDB_EXTRACT) != null || System.getProperty(JFFI_EXTRACT) != null) {
      return loadHere(); // the user has chosen a place
    }
    synchronized ("dev.ensemblekv.lmdb.NativeLibrary".intern()) {
      Path directory = directory();
      try (FileChannel channel =
              FileChannel.open(
                  directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        assert lock.isValid();
        sweep(directory);
        System.setProperty(LMDB_EXTRACT, directory.toString());
        System.setProperty(JFFI_EXTRACT, directory.toString());
        try {
          return loadHere();
        } finally {
          System.clearProperty(LMDB_EXTRACT);
          System.clearProperty(JFFI_EXTRACT);
          sweep(directory);
        }
      }
    }
  }

  /** lmdbjava looks for its library by the class loader of the thread, which may not know it. */
  private static String loadHere() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(Meta.class.getClassLoader());
    try {
      Runtime.getSystemRuntime(); // jffi's library
      Meta.Version found = Meta.version();
      return found.major + "." + found.minor + "." + found.patch;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Returns a directory that nobody else can write to: what is unpacked there is run. */
  private static Path directory() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path shared = temporary.resolve("ensemblekv-lmdb-" + System.getProperty("user.name"));
    if (!temporary.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return Files.createDirectories(shared);
    }
    if (!Files.exists(shared)) {
      try {
        Files.createDirectory(shared, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      } catch (IOException e) {
        LOG.debug("{} cannot be created", shared, e); // or was by somebody else: seen below
      }
    }
    if (isOurs(shared)) {
      return shared;
    }
    return Files.createTempDirectory("ensemblekv-lmdb-");
  }

  private static boolean isOurs(Path shared) throws IOException {
    Path own = Files.createTempFile("ensemblekv-lmdb-", ".tmp");
    try {
      return Files.isDirectory(shared, java.nio.file.LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(shared).equals(Files.getOwner(own))
          && Files.getPosixFilePermissions(shared).equals(OWNER_ONLY);
    } finally {
      Files.delete(own);
    }
  }

  private static void sweep(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!LOCK.equals(String.valueOf(file.getFileName()))) {
          try {
            Files.deleteIfExists(file);
          } catch (IOException e) {
            LOG.debug("{} is still in use", file, e);
          }
        }
      }
    } catch (NotDirectoryException e) {
      throw new IOException(directory + " is not a directory", e);
    }
  }
}
