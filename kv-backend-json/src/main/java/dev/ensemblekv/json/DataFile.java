// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.json;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.Disk;
import dev.ensemblekv.spi.io.DiskFile;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;

/** The file {@code data.json} of one store, in the format of {@link DataFormat}. */
final class DataFile {
  private static final String NAME = "data.json";

  private final Disk disk;
  private final Path path;
  private final String storeId;

  DataFile(Disk disk, Path directory, String storeId) {
    this.disk = disk;
    this.path = directory.resolve(NAME);
    this.storeId = storeId;
  }

  Path path() {
    return path;
  }

  /**
   * Replaces the file, so that any crash leaves the old one or the new one; at return the new one
   * is durable.
   *
   * @throws DiskFiles.PublishException if either of them may be in place
   * @throws IOException if the old one is
   */
  DataFormat.Stamp write(Pairs.Copy pairs) throws IOException {
    DataFormat.Stamp[] written = new DataFormat.Stamp[1];
    DiskFiles.replace(disk, path, file -> written[0] = write(file, pairs));
    return written[0];
  }

  /** The head is written last, when the checksum in it is known. */
  private DataFormat.Stamp write(DiskFile file, Pairs.Copy pairs) throws IOException {
    DataFileOutput out = new DataFileOutput(file, DataFormat.HEAD_BYTES);
    out.write("  \"" + DataFormat.FIELD_FORMAT + "\": \"" + DataFormat.FORMAT + "\",\n");
    out.write("  \"" + DataFormat.FIELD_VERSION + "\": " + DataFormat.VERSION + ",\n");
    out.write("  \"" + DataFormat.FIELD_STORE + "\": \"" + storeId + "\",\n");
    if (pairs.journal > 0) {
      out.write("  \"" + DataFormat.FIELD_JOURNAL + "\": " + pairs.journal + ",\n");
    }
    out.write("  \"" + DataFormat.FIELD_PAIRS + "\": [");
    byte[][] keysAndValues = pairs.keysAndValues;
    for (int i = 0; i < keysAndValues.length; i += 2) {
      out.write(i == 0 ? "\n    {" : ",\n    {");
      out.writeField(DataFormat.FIELD_KEY, keysAndValues[i]);
      out.write(", ");
      out.writeField(DataFormat.FIELD_VALUE, keysAndValues[i + 1]);
      out.write("}");
    }
    out.write("\n  ]\n}\n");
    DataFormat.Stamp stamp = out.finish();
    file.write(0, DataFormat.head(stamp.sum()), 0, DataFormat.HEAD_BYTES);
    return stamp;
  }

  /**
   * Reads and checks the file.
   *
   * @param acceptEdit whether a checksum that does not match is no error
   * @throws CorruptionException if the file is missing or not valid
   */
  DataFileReader.Result read(DataFileReader.Sink sink, boolean acceptEdit) throws IOException {
    if (!disk.exists(path)) {
      throw new CorruptionException(
          "the data file is missing; put it back from a copy, or destroy the store", path, null);
    }
    try (DiskFile file = disk.openReadOnly(path)) {
      return new DataFileReader(path, storeId, acceptEdit, sink).read(file);
    }
  }

  /**
   * Removes what a crash may have left of a file that was being written, and makes the name of the
   * one that was read durable: the process that gave it to it may have been killed just then.
   */
  void settle() throws IOException {
    disk.delete(DiskFiles.temporary(path));
    disk.syncDirectory(DiskFiles.parent(path));
  }
}
