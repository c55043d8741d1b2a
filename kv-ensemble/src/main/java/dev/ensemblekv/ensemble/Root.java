// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.spi.io.CheckedText;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A directory that substores are in: that of the ensemble, number 0, or one on another disk.
 *
 * <p>One on another disk has a file {@code ROOT}, a {@link CheckedText} of kind {@code
 * ensemble-root}, by which it is known wherever it is mounted:
 *
 * <pre>{@code
 * store = 7bd138674bb4bb8a7fc7c97ed26c1534    ; the id of the ensemble
 * root = 0123456789abcdef0123456789abcdef     ; the id of the root, in the manifest
 * }</pre>
 *
 * <p>{@code ROOT.lock} is locked while the ensemble is open.
 *
 * @param number by which the manifest refers to it
 * @param id by which it is known; empty for number 0
 * @param path where it is at present
 */
record Root(int number, String id, Path path) {
  /** The number of the directory of the ensemble. */
  static final int HOME = 0;

  static final String FILE = "ROOT";
  static final String LOCK = "ROOT.lock";

  private static final String KIND = "ensemble-root";
  private static final int VERSION = 1;
  private static final int MAX_BYTES = 4096;
  private static final String SUBSTORES = "substores";
  private static final String TEMPORARY = FILE + ".tmp";

  /** What a creation or deletion that was cut short may leave without the file. */
  private static final Set<String> BEFORE_FILE = Set.of(TEMPORARY, LOCK);

  /**
   * What a directory says it is.
   *
   * @param store the id of an ensemble
   * @param root the id of a root
   */
  record Identity(String store, String root) {}

  /** Returns the directory of a substore. */
  Path substore(int id) {
    return path.resolve(SUBSTORES).resolve(Manifest.name(id));
  }

  /** Reads what a directory says it is; empty if it does not exist or says nothing. */
  static Optional<Identity> identify(Disk disk, Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    CheckedText text =
        CheckedText.decode(DiskFiles.read(disk, file, MAX_BYTES), file, KIND, VERSION);
    return Optional.of(new Identity(text.get("store"), text.get("root")));
  }

  /** Makes the directory say what it is, durably. */
  void mark(Disk disk, String store) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("store", store);
    fields.put("root", id);
    DiskFiles.replace(disk, path.resolve(FILE), CheckedText.encode(KIND, VERSION, fields));
  }

  /** Deletes all substores in a directory. */
  static void clear(Disk disk, Path directory) throws IOException {
    DiskFiles.deleteTree(disk, directory.resolve(SUBSTORES));
  }

  /** Deletes what is a root's in a directory; that itself stays, as a disk may be mounted there. */
  static void delete(Disk disk, Path directory) throws IOException {
    clear(disk, directory);
    disk.delete(directory.resolve(TEMPORARY));
    disk.delete(directory.resolve(LOCK));
    disk.syncDirectory(directory);
    disk.delete(directory.resolve(FILE)); // by which it is found again, so it is the last
    disk.syncDirectory(directory);
  }

  /** Returns the names in a directory that keep it from becoming a root. */
  static List<String> foreignNames(Disk disk, Path directory) throws IOException {
    if (!disk.exists(directory)) {
      return List.of();
    }
    return disk.list(directory).stream().filter(name -> !BEFORE_FILE.contains(name)).toList();
  }

  @Override
  public String toString() {
    return "root " + number + " (" + path + ")";
  }
}
