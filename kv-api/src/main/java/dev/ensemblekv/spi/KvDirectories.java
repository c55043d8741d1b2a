// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.spi;

import java.nio.file.Path;
import java.util.Map;

/**
 * The directories of a raw store that has its files in several, which may be on different disks; it
 * returns this by {@code unwrap(KvDirectories.class)}. The space left on each is then watched, and
 * not only on that of the store's own directory. Thread-safe.
 */
@FunctionalInterface
public interface KvDirectories {
  /**
   * Returns all directories, that of the store among them, and how many bytes the files in each
   * take, as far as is known; without I/O. May still be called after the store was closed.
   */
  Map<Path, Long> diskBytes();
}
