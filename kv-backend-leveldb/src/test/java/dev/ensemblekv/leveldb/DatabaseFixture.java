// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.leveldb;

import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A database with one log and no tables, on a simulated disk, made without LevelDB. */
final class DatabaseFixture {
  static final int LOG_NUMBER = 3;

  final SimulatedDisk disk = new SimulatedDisk();
  final Path directory = Path.of("/database").toAbsolutePath();
  final Path current = directory.resolve(FileNames.CURRENT);
  final Path manifest = directory.resolve("MANIFEST-000002");
  final Path log = directory.resolve(FileNames.log(LOG_NUMBER));

  DatabaseFixture(byte[] log) throws IOException {
    disk.createDirectories(directory);
    write(current, "MANIFEST-000002\n".getBytes(StandardCharsets.ISO_8859_1));
    write(manifest, manifest().bytes());
    write(this.log, log);
  }

  static LogBuilder manifest() {
    return new LogBuilder()
        .record(edit(1, "leveldb.BytewiseComparator"))
        .record(edit(2, LOG_NUMBER, 9, 0, 3, LOG_NUMBER + 1, 4, 0));
  }

  byte[] manifestBytes() throws IOException {
    return disk.contents(manifest);
  }

  /** Encodes an edit of numbers below 128 and texts. */
  static byte[] edit(Object... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object field : fields) {
      if (field instanceof String text) {
        out.write(text.length());
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
      } else {
        out.write((Integer) field);
      }
    }
    return out.toByteArray();
  }

  void write(Path path, byte[] bytes) throws IOException {
    if (disk.exists(path)) {
      disk.damage(path, bytes);
      return;
    }
    try (DiskFile file = disk.create(path)) {
      file.write(0, bytes, 0, bytes.length);
    }
  }

  Database recover() throws IOException {
    return Database.recover(disk, directory, true);
  }

  /** Closes the database as a store does. */
  void closeCleanly(long keys) throws IOException {
    Database.closed(disk, directory, keys).write(disk, directory);
  }
}
