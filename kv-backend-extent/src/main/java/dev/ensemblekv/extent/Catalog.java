// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The manifest on disk, and its changes, one at a time. A change is durable when it returns.
 *
 * <p>What a manifest names must be durable before: files, their names, and the log up to its
 * checkpoint. What it no longer names is deleted after.
 */
final class Catalog {
  private final StoreFiles files;
  private final Path path;
  private final Supplier<Manifest.Position> durable;
  private volatile Manifest current;
  private int reservedRun;
  private int reservedSegment;

  /**
   * Creates the catalog of a manifest that is on disk.
   *
   * @param durable tells how much of the log is durable, which each change records; throws if there
   *     must be no change any more
   */
  Catalog(StoreFiles files, Manifest current, Supplier<Manifest.Position> durable) {
    this.files = files;
    this.path = files.path(Manifest.NAME);
    this.current = current;
    this.durable = durable;
  }

  static void create(StoreFiles files, Manifest manifest) throws IOException {
    DiskFiles.replace(files.disk, files.path(Manifest.NAME), manifest.encode());
  }

  static Manifest read(StoreFiles files) throws IOException {
    Path path = files.path(Manifest.NAME);
    try {
      return Manifest.decode(DiskFiles.read(files.disk, path, Manifest.MAX_BYTES), path);
    } catch (NoSuchFileException e) {
      throw new CorruptionException(
          "the manifest is missing; rebuild it with 'kv repair', or restore a copy", path, e);
    }
  }

  /** Returns the number of a run that is to be written, which nobody else will use. */
  synchronized int reserveRun() {
    reservedRun = Math.max(reservedRun + 1, current.nextRun());
    return reservedRun;
  }

  /** Returns the number of a segment that is to be created, which nobody else will use. */
  synchronized int reserveSegment() {
    reservedSegment = Math.max(reservedSegment + 1, current.nextSegment());
    return reservedSegment;
  }

  Manifest current() {
    return current;
  }

  /**
   * Replaces the manifest.
   *
   * @throws DiskFiles.PublishException if nobody knows which one a crash would leave
   * @throws IOException if the old one stays
   */
  synchronized void edit(UnaryOperator<Manifest> change) throws IOException {
    Manifest next = change.apply(current);
    Manifest.Position position = durable.get();
    if (position.compareTo(next.durable()) > 0) {
      next = next.withDurable(position);
    }
    DiskFiles.replace(files.disk, path, next.encode());
    current = next;
  }

  /** Deletes the files of which the manifest knows nothing, though they are of this engine. */
  void deleteLeftOvers() throws IOException {
    Manifest manifest = current;
    for (String name : files.disk.list(files.directory)) {
      boolean known =
          manifest.segments().stream().anyMatch(entry -> Segment.name(entry.id()).equals(name))
              || manifest.runs().stream().anyMatch(run -> Run.name(run.id()).equals(name));
      if (StoreFiles.isOurs(name) && !known) {
        files.disk.delete(files.path(name));
      }
    }
  }
}
