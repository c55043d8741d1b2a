// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks of the machine and of Java. */
final class SystemChecks {
  private static final long FEW_OPEN_FILES = 1024;
  private static final long LITTLE_HEAP_BYTES = 256L << 20;
  private static final long LITTLE_SPACE_BYTES = 1L << 30;

  /** Where locks and syncs of files cannot be trusted. */
  private static final Set<String> NETWORK_FILE_SYSTEMS =
      Set.of(
          "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs");

  private static final Set<String> MEMORY_FILE_SYSTEMS = Set.of("tmpfs", "ramfs");

  private SystemChecks() {}

  static List<Check> all(Path workingDirectory, Path temporaryDirectory) {
    return List.of(
        java(),
        operatingSystem(),
        names(),
        heap(Runtime.getRuntime().maxMemory()),
        openFiles(),
        directory("working directory", workingDirectory),
        directory("temporary directory", temporaryDirectory));
  }

  private static Check java() {
    return Check.ok(
        "java",
        Runtime.version()
            + ", "
            + System.getProperty("java.vm.name")
            + " of "
            + System.getProperty("java.vendor"));
  }

  private static Check operatingSystem() {
    return Check.ok(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch")
            + ", "
            + Figures.count(Runtime.getRuntime().availableProcessors(), "processor"));
  }

  /** Arguments and file names pass through the encoding of the locale. */
  private static Check names() {
    String encoding = System.getProperty("sun.jnu.encoding", "unknown");
    boolean utf8 =
        Charset.isSupported(encoding) && Charset.forName(encoding).equals(StandardCharsets.UTF_8);
    return utf8
        ? Check.ok("arguments", "UTF-8")
        : Check.note(
            "arguments",
            encoding + ": keys and paths beyond it cannot be given",
            "use a UTF-8 locale, such as LC_ALL=C.UTF-8, or hex:... for keys");
  }

  static Check heap(long maxBytes) {
    String finding = "at most " + Figures.bytes(maxBytes);
    return maxBytes >= LITTLE_HEAP_BYTES
        ? Check.ok("heap", finding)
        : Check.note("heap", finding, "give more, with JAVA_TOOL_OPTIONS=-Xmx1g for example");
  }

  private static Check openFiles() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      return openFiles(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount());
    }
    return Check.ok("open files", "no limit known");
  }

  static Check openFiles(long limit, long open) {
    String finding = Figures.count(open) + " of at most " + Figures.count(limit);
    return limit > FEW_OPEN_FILES
        ? Check.ok("open files", finding)
        : Check.note("open files", finding, "raise the limit with ulimit -n for large stores");
  }

  private static Check directory(String what, Path directory) {
    try {
      FileStore store = Files.getFileStore(directory);
      String finding =
          directory
              + " on "
              + store.type()
              + ", "
              + Figures.bytes(store.getUsableSpace())
              + " free"
              + (Files.isWritable(directory) ? "" : ", not writable");
      return fileSystem(what, store.type(), store.getUsableSpace(), finding);
    } catch (IOException e) {
      return Check.note(what, Errors.describe(e), "look whether the directory exists");
    }
  }

  static Check fileSystem(String what, String type, long freeBytes, String finding) {
    String lower = type.toLowerCase(Locale.ROOT);
    if (NETWORK_FILE_SYSTEMS.contains(lower) || lower.startsWith("fuse.sshfs")) {
      return Check.note(
          what,
          finding,
          "keep stores on a local disk: locks and syncs over a network are not safe");
    }
    if (MEMORY_FILE_SYSTEMS.contains(lower)) {
      return Check.note(what, finding, "what is stored here is gone after a restart");
    }
    return freeBytes >= LITTLE_SPACE_BYTES
        ? Check.ok(what, finding)
        : Check.note(what, finding, "little space is left");
  }
}
