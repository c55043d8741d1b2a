// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.io.ScratchFolder;
import java.io.IOException;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Meta;

/**
 * The loading of LMDB's native library, once in a process.
 *
 * <p>lmdbjava and jffi unpack their libraries into files and leave them to the end of the process,
 * which a kill prevents. Here they unpack into a {@link ScratchFolder}, which is deleted as soon as
 * they are loaded, where the system allows.
 */
final class NativeLibrary {
  private static final String LMDB_EXTRACT = "lmdbjava.extract.dir";
  private static final String JFFI_EXTRACT = "jffi.extract.dir";
  private static final String SCRATCH = "ensemblekv-lmdb-";

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

  /** Under a lock that other class loaders of this process know too: properties are one for all. */
  private static String loadPrivately() throws IOException {
    synchronized ("dev.ensemblekv.lmdb.NativeLibrary".intern()) {
      if (System.getProperty(LMDB_EXTRACT) != null || System.getProperty(JFFI_EXTRACT) != null) {
        return loadHere(); // the user has chosen a place
      }
      try (ScratchFolder folder = ScratchFolder.create(SCRATCH)) {
        System.setProperty(LMDB_EXTRACT, folder.path().toString());
        System.setProperty(JFFI_EXTRACT, folder.path().toString());
        return loadHere();
      } finally {
        System.clearProperty(LMDB_EXTRACT);
        System.clearProperty(JFFI_EXTRACT);
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
}
