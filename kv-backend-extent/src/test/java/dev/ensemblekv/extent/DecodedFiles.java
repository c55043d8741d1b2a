// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.tck.sim.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Files of any bytes in a directory in memory. */
final class DecodedFiles {
  static final String STORE_ID = "0123456789abcdef0123456789abcdef";
  static final Path DIRECTORY = Path.of("/data/store");

  private DecodedFiles() {}

  static StoreFiles empty() {
    SimulatedDisk disk = new SimulatedDisk();
    try {
      disk.createDirectories(DIRECTORY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new StoreFiles(disk, DIRECTORY, STORE_ID, Mappings.NONE);
  }

  static void put(StoreFiles files, String name, byte[] bytes) throws IOException {
    try (DiskFile file = files.create(files.path(name))) {
      file.write(0, bytes, 0, bytes.length);
    }
  }

  static byte[] get(StoreFiles files, String name) {
    try {
      return ((SimulatedDisk) files.disk).contents(files.path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
