// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.CheckedText;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The file that tells that a database was closed cleanly: how long its manifest and its logs were
 * when all of them were durable, and how many keys there are at most.
 *
 * <p>As long as it is there, no crash can have torn anything, so any damage is corruption. It is
 * deleted before LevelDB opens the database. Should another program open the database meanwhile,
 * there is a new manifest, and this file says nothing any more.
 *
 * <p>A {@link CheckedText} of kind {@code leveldb-closed}, version 1: {@code keys}, {@code
 * manifest} (its name), and {@code file.NAME} (its bytes) of the manifest and of each log.
 *
 * @param keys upper bound of the live keys
 * @param manifest name of the manifest
 * @param fileBytes length of the manifest and of each live log, by name
 */
record CleanMarker(long keys, String manifest, Map<String, Long> fileBytes) {
  static final String NAME = "CLOSED";

  private static final String KIND = "leveldb-closed";
  private static final int VERSION = 1;
  private static final int MAX_BYTES = 1 << 20;
  private static final String KEYS = "keys";
  private static final String MANIFEST = "manifest";
  private static final String FILE_PREFIX = "file.";

  CleanMarker {
    fileBytes = Collections.unmodifiableMap(new TreeMap<>(fileBytes));
  }

  /** Reads the marker of a database; empty if there is none, or another program was there. */
  static Optional<CleanMarker> read(Disk disk, Path directory, String manifest) throws IOException {
    Path path = directory.resolve(NAME);
    if (!disk.exists(path)) {
      return Optional.empty();
    }
    CheckedText text =
        CheckedText.decode(DiskFiles.read(disk, path, MAX_BYTES), path, KIND, VERSION);
    Map<String, Long> files = new TreeMap<>();
    long keys;
    try {
      keys = Long.parseLong(text.get(KEYS));
      for (Map.Entry<String, String> field : text.fields().entrySet()) {
        if (field.getKey().startsWith(FILE_PREFIX)) {
          files.put(field.getKey().substring(FILE_PREFIX.length()), Long.valueOf(field.getValue()));
        }
      }
    } catch (NumberFormatException e) {
      throw new CorruptionException("a number in it is none; restore it from a copy", path, e);
    }
    CleanMarker marker = new CleanMarker(keys, text.get(MANIFEST), files);
    return marker.manifest.equals(manifest) ? Optional.of(marker) : Optional.empty();
  }

  /** Writes the marker, durably. */
  void write(Disk disk, Path directory) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(KEYS, Long.toString(keys));
    fields.put(MANIFEST, manifest);
    fileBytes.forEach((name, bytes) -> fields.put(FILE_PREFIX + name, Long.toString(bytes)));
    DiskFiles.replace(disk, directory.resolve(NAME), CheckedText.encode(KIND, VERSION, fields));
  }

  /** Deletes the marker, durably; does nothing if there is none. */
  static void delete(Disk disk, Path directory) throws IOException {
    if (disk.exists(directory.resolve(NAME))) {
      disk.delete(directory.resolve(NAME));
      disk.syncDirectory(directory);
    }
  }

  /** Checks that a file is as it was at the clean close. */
  void check(Path file, long bytes) {
    Long closed = fileBytes.get(String.valueOf(file.getFileName()));
    if (closed == null || closed != bytes) {
      throw new CorruptionException(
          "the file has "
              + bytes
              + " bytes, but "
              + (closed == null ? "was not there" : "had " + closed)
              + " when the store was closed; restore the store from a copy",
          file,
          closed == null ? -1 : Math.min(closed, bytes),
          null);
    }
  }
}
