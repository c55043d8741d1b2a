// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import dev.ensemblekv.spi.io.ScratchFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.fusesource.leveldbjni.internal.NativeCompressionType;
import org.fusesource.leveldbjni.internal.NativeDB;
import org.fusesource.leveldbjni.internal.NativeOptions;
import org.fusesource.leveldbjni.internal.NativeWriteOptions;

/**
 * The native library: unpacked and loaded once per process, and asked whether it compresses.
 *
 * <p>It is unpacked into a {@link ScratchFolder} and deleted as soon as it is loaded, where the
 * system allows. Who sets {@value #PATH_PROPERTY} has put it somewhere by hand.
 */
final class NativeLibrary {
  /** What the names of our {@linkplain ScratchFolder scratch folders} begin with. */
  static final String SCRATCH = "ensemblekv-leveldb-";

  private static final String PATH_PROPERTY = "library.leveldbjni.path";

  /** The release of LevelDB in the library, which it does not tell itself. */
  private static final String RELEASE = "LevelDB 1.13 by ";

  private static final long NEEDED_BYTES = 16 << 20;
  private static final int PROBE_BYTES = 64 << 10;

  private static boolean loaded;
  private static boolean compresses;

  private NativeLibrary() {}

  /** Returns what makes the files, with versions, without loading it. */
  static String version() {
    Package library = NativeDB.class.getPackage();
    String version = library == null ? null : library.getImplementationVersion();
    if (version == null && NativeDB.class.getModule().isNamed()) {
      version = NativeDB.class.getModule().getDescriptor().rawVersion().orElse(null);
    }
    return RELEASE + (version == null ? "leveldbjni" : "leveldbjni " + version);
  }

  /**
   * Loads the library, unless it is loaded.
   *
   * @throws KvException if there is none for this machine, or it cannot be unpacked
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    Path temporary = ScratchFolder.parent();
    try {
      Disk disk = Disk.real();
      if (disk.usableBytes(temporary) < NEEDED_BYTES) {
        throw new StoreFullException(
            "there is no space to unpack LevelDB's native library; free some, or set"
                + " java.io.tmpdir to a folder elsewhere",
            temporary,
            null);
      }
      try (ScratchFolder folder = ScratchFolder.create(SCRATCH)) {
        load(folder.path());
        compresses = probe(disk, folder.path());
      }
      loaded = true;
    } catch (IOException e) {
      throw DiskFiles.failure("LevelDB's native library cannot be unpacked", temporary, e);
    }
  }

  private static void load(Path folder) {
    String chosen = System.getProperty(PATH_PROPERTY);
    try {
      if (chosen == null) {
        System.setProperty(PATH_PROPERTY, folder.toString());
      }
      NativeDB.LIBRARY.load();
    } catch (UnsatisfiedLinkError e) {
      throw new KvException(
          "LevelDB's native library cannot be loaded on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": there is none for it, or no program may be run from java.io.tmpdir; set that to"
              + " another folder, or use another backend",
          folder,
          e);
    } finally {
      if (chosen == null) {
        System.clearProperty(PATH_PROPERTY);
      }
    }
  }

  /**
   * Tells whether the library was built with Snappy; without, it leaves out compression silently.
   */
  static synchronized boolean compresses() {
    return compresses;
  }

  /** Writes what compresses well, and looks at the size of the table. */
  private static boolean probe(Disk disk, Path folder) throws IOException {
    NativeOptions options =
        new NativeOptions()
            .createIfMissing(true)
            .compression(NativeCompressionType.kSnappyCompression);
    NativeDB database = OpenDatabase.open(options, folder);
    try {
      database.put(new NativeWriteOptions(), new byte[] {1}, new byte[PROBE_BYTES]);
      database.compactRange(null, null);
    } finally {
      database.delete();
    }
    long bytes = 0;
    for (long table : Database.version(disk, folder).tables().values()) {
      bytes += table;
    }
    return bytes > 0 && bytes < PROBE_BYTES / 2;
  }
}
