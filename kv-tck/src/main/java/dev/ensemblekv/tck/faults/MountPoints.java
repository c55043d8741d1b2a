// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.tck.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directories that tests mount file systems on. Their names have the id of the process that did
 * so, by which those of a dead one are found.
 */
final class MountPoints {
  private static final String PREFIX = "ensemblekv-tck-mount-";
  private static final Pattern NAME = Pattern.compile("\\S*/" + PREFIX + "(\\d+)-\\d+");
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private MountPoints() {}

  static Path create() throws IOException {
    return Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-").toRealPath();
  }

  /** Unmounts what processes that are no more have left mounted. */
  static void sweep() throws IOException, InterruptedException {
    for (Path directory : mounted()) {
      Matcher name = NAME.matcher(directory.toString());
      if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
        unmount(directory);
        Files.deleteIfExists(directory);
      }
    }
  }

  /** Unmounts, also under somebody who still has a file open: then it is gone with that. */
  static void unmount(Path directory) throws IOException, InterruptedException {
    if (mounted().contains(directory)) {
      try {
        Command.run("umount", "-l", directory.toString());
      } catch (IOException e) {
        if (mounted().contains(directory)) { // or somebody else who sweeps was faster
          throw e;
        }
      }
    }
  }

  private static List<Path> mounted() throws IOException {
    return Files.readAllLines(MOUNTS).stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields.length > 1 && fields[1].contains(PREFIX))
        .map(fields -> Path.of(fields[1]))
        .toList();
  }
}
