// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * A copy of a store that takes no space at first: second names of the files that never change
 * again, and a manifest of just these. Store and copy go on each by itself, as either only ever
 * adds files and deletes names.
 */
final class Checkpoint {
  private final StoreFiles source;
  private final StoreFiles target;

  Checkpoint(StoreFiles source, StoreFiles target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Makes the copy.
   *
   * @param manifest names what is copied; all of it must stay there until the end
   * @param progress is told the number of files that are done, often also none
   */
  void run(Manifest manifest, LongConsumer progress) throws IOException {
    for (Manifest.SegmentEntry entry : manifest.segments()) {
      String name = Segment.name(entry.id());
      if (manifest.isInLog(entry)) {
        copy(name, progress);
      } else {
        link(name, progress);
      }
    }
    for (Manifest.RunEntry entry : manifest.runs()) {
      link(Run.name(entry.id()), progress);
    }
    Catalog.create(target, manifest);
  }

  private void link(String name, LongConsumer progress) throws IOException {
    DiskFiles.linkOrCopy(
        source.disk, source.path(name), target.path(name), bytes -> progress.accept(0));
    progress.accept(1);
  }

  /** The store may go on in this file one day. */
  private void copy(String name, LongConsumer progress) throws IOException {
    DiskFiles.copy(source.disk, source.path(name), target.path(name), bytes -> progress.accept(0));
    progress.accept(1);
  }
}
