// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What Linux counts of this process, native threads included. A figure is NaN where it is not
 * known.
 */
public final class ProcessFacts {
  private static final Path IO = Path.of("/proc/self/io");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double KIBIBYTE = 1024;

  /**
   * What the first one hands to cleaners is gone after the second; and of four in a row by the
   * serial collector, three may leave what is dead where it is.
   */
  private static final int COLLECTIONS = 4;

  private ProcessFacts() {}

  /**
   * Returns how many bytes this process had read from media, page faults and read-ahead included.
   */
  public static double readBytes() {
    return number(IO, "read_bytes");
  }

  /** Returns the most memory that was resident so far, pages of mapped files included. */
  public static double peakResidentBytes() {
    return number(STATUS, "VmHWM") * KIBIBYTE;
  }

  /** Returns the memory that is resident now, pages of mapped files included. */
  public static double residentBytes() {
    return number(STATUS, "VmRSS") * KIBIBYTE;
  }

  /** Returns the processor time that this process has had. */
  public static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /**
   * Returns the memory that is resident now and belongs to no file: heap, native memory, stacks.
   */
  public static double anonymousBytes() {
    return number(STATUS, "RssAnon") * KIBIBYTE;
  }

  /** Returns what is live on the heap: what is left by full collections. */
  public static double liveHeapBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Returns the number in the line {@code name: number} of a file of the system. */
  static double number(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name + ":"))
          .findFirst()
          .map(line -> Double.parseDouble(line.replaceAll("\\D", "")))
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN; // not Linux, or kept from us
    }
  }
}
