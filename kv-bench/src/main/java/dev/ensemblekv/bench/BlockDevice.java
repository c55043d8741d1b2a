// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The block device beneath a directory, and what the system counts of it: sectors, by whichever
 * process, metadata and journal of the file system included. What Linux counts of a process is no
 * measure of that: a piece of a file in memory counts when it becomes dirty, as a whole, however
 * little of it is then written.
 *
 * <p>Figures are NaN where they are not known: elsewhere than on Linux, and in a file system that
 * is on no block device, or does not say on which, as btrfs and overlays.
 */
public final class BlockDevice {
  private static final Path DEVICES = Path.of("/sys/dev/block");
  private static final int SECTORS_WRITTEN = 6;

  /** The unit of the counters of Linux, whatever sectors the device has. */
  private static final double SECTOR_BYTES = 512;

  private final Path directory;
  private final Path counters;

  private BlockDevice(Path directory, Path counters) {
    this.directory = directory;
    this.counters = counters;
  }

  /** Returns the device of a directory, which exists. */
  public static BlockDevice of(Path directory) {
    return new BlockDevice(directory, DEVICES.resolve(number(directory)).resolve("stat"));
  }

  private static String number(Path directory) {
    try {
      return number(((Number) Files.getAttribute(directory, "unix:dev")).longValue());
    } catch (UnsupportedOperationException | IllegalArgumentException | IOException e) {
      return "unknown"; // not Unix: there is no such device, so that nothing is known of it
    }
  }

  /** Returns {@code major:minor} of a number of a device, of which glibc has 32 bits each. */
  static String number(long device) {
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & 0xfffff000L);
    long minor = (device & 0xff) | ((device >>> 12) & 0xffffff00L);
    return major + ":" + minor;
  }

  /**
   * Returns the bytes that were written to it so far; what is dirty in memory is not among them.
   */
  public double writtenBytes() {
    return Files.isReadable(counters) ? writtenBytes(counters) : Double.NaN;
  }

  /** The same when all that is dirty now in this file system was written. */
  public double settledBytes() {
    if (Files.isReadable(counters)) {
      SystemCommand.run("sync", "-f", directory.toString());
    }
    return writtenBytes();
  }

  static double writtenBytes(Path counters) {
    try {
      List<String> fields = List.of(Files.readString(counters).strip().split(" +"));
      return Long.parseLong(fields.get(SECTORS_WRITTEN)) * SECTOR_BYTES;
    } catch (IOException e) {
      return Double.NaN; // kept from us
    }
  }
}
