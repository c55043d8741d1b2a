// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench;

import java.io.IOException;
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

  private Machine() {}

  /** Returns the arguments of the JVM for processes that are measured. */
  static List<String> jvmFlags(String heap, List<String> options) {
    List<String> flags = new ArrayList<>(JVM_FLAGS);
    flags.add("-Xms" + heap);
    flags.add("-Xmx" + heap);
    flags.addAll(options);
    return flags;
  }

  /** Describes processors, memory, system and Java in one line. */
  public static String describe() {
    return Runtime.getRuntime().availableProcessors()
        + " processors"
        + linuxFact("/proc/cpuinfo", "model name", " (", ")")
        + linuxFact("/proc/meminfo", "MemTotal", ", memory ", "")
        + ", "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + " "
        + System.getProperty("os.arch")
        + ", "
        + System.getProperty("java.vm.name")
        + " "
        + System.getProperty("java.runtime.version");
  }

  private static String linuxFact(String file, String name, String before, String after) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> before + line.substring(line.indexOf(':') + 1).strip() + after)
          .orElse("");
    } catch (IOException e) {
      return ""; // not Linux
    }
  }
}
