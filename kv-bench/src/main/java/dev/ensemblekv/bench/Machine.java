// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is known of the machine and the Java that a benchmark runs on. */
public final class Machine {
  /**
   * What every process that is measured is started with, whatever its engine: libraries may load
   * and see the addresses of buffers. The heap is resident from the beginning, so that no phase has
   * its page faults, and so that resident memory grows by what is not heap.
   */
  private static final List<String> JVM_FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "-XX:+AlwaysPreTouch");

  private static final Figure SIZE = new Figure("size", Figure.Unit.BYTES);

  private Machine() {}

  /** Returns the arguments of the JVM for processes that are measured. */
  static List<String> jvmFlags(String heap, List<String> options) {
    List<String> flags = new ArrayList<>(JVM_FLAGS);
    flags.add("-Xms" + heap);
    flags.add("-Xmx" + heap);
    flags.addAll(options);
    return flags;
  }

  /**
   * Describes processors, memory, disk, system and Java.
   *
   * @param directory where the files of engines are
   */
  public static List<String> describe(Path directory) {
    return List.of(
        Runtime.getRuntime().availableProcessors()
            + " processors"
            + model()
            + ", memory "
            + SIZE.format((double) memoryBytes()),
        "files on " + disk(directory),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + System.getProperty("java.vm.name")
            + " "
            + System.getProperty("java.runtime.version"));
  }

  /** Returns the memory of the machine or its container. */
  public static long memoryBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  private static String disk(Path directory) {
    try {
      FileStore store = Files.getFileStore(directory);
      return store.type() + ", " + SIZE.format((double) store.getTotalSpace());
    } catch (IOException e) {
      return "a disk that is not known"; // the message would tell of directories
    }
  }

  private static String model() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> " (" + line.substring(line.indexOf(':') + 1).strip() + ")")
          .orElse("");
    } catch (IOException e) {
      return ""; // not Linux
    }
  }
}
