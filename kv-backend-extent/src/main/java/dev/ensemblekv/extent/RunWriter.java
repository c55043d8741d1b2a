// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes the file of a run, entry by entry in their order. What it wrote is durable after {@link
 * #finish}, and gone if it does not come to that.
 */
final class RunWriter implements AutoCloseable {
  /** So full are the buckets on average, of which two of three then answer at the first look. */
  private static final double LOAD = 0.75;

  private final StoreFiles files;
  private final int id;
  private final long epoch;
  private final DiskFile file;
  private final long places;
  private final int filterBlocks;
  private final BlockWriter filter;
  private final BlockWriter buckets;

  private long current;
  private int inCurrent;
  private long entries;
  private boolean finished;

  /**
   * Creates the file of a run without a filter.
   *
   * @param mostEntries no more than these will come
   */
  RunWriter(StoreFiles files, int id, long epoch, long mostEntries) throws IOException {
    this(files, id, epoch, mostEntries, 0);
  }

  /** Creates the file of a run with a filter, for one that stands above others. */
  static RunWriter filtered(StoreFiles files, int id, long epoch, long mostEntries)
      throws IOException {
    return new RunWriter(files, id, epoch, mostEntries, RunFilter.blocks(mostEntries));
  }

  private RunWriter(StoreFiles files, int id, long epoch, long mostEntries, int filterBlocks)
      throws IOException {
    this.files = files;
    this.id = id;
    this.epoch = epoch;
    this.places = Math.max(1, (long) Math.ceil(mostEntries / (Bucket.ENTRIES * LOAD)));
    this.filterBlocks = filterBlocks;
    this.file = files.create(path());
    Seal seal = files.seal(epoch, id);
    this.filter = new BlockWriter(file, seal, StoreFiles.HEADER_BYTES, filterBlocks);
    this.buckets = new BlockWriter(file, seal, Run.bucketsAt(filterBlocks), places);
  }

  private Path path() {
    return files.path(Run.name(id));
  }

  void add(long order, int routing, long location) throws IOException {
    long place = KeyHash.place(order, places);
    if (place > current) {
      current = place;
      inCurrent = 0;
    } else if (inCurrent == Bucket.ENTRIES) {
      current++;
      inCurrent = 0;
    }
    int at = buckets.goTo(current);
    Bucket.put(buckets.buffer(), at, inCurrent++, order, routing, location);
    entries++;
    if (filterBlocks > 0) {
      int block = filter.goTo(RunFilter.block(order, filterBlocks));
      RunFilter.add(filter.buffer(), block, order, routing);
    }
  }

  /** Writes what is left, makes file and name durable, and opens the run. */
  Run finish() throws IOException {
    filter.finish(filterBlocks);
    buckets.finish(Math.max(places - 1, current) + 1);
    byte[] header = files.header(Run.MAGIC, id, epoch, filterBlocks, places);
    file.write(0, header, 0, header.length);
    file.force();
    files.disk.syncDirectory(files.directory);
    Run run = Run.open(files, id, epoch, entries);
    finished = true;
    files.wrote(run.bytes());
    return run;
  }

  /** Closes the file, and deletes it if it was not finished. */
  @Override
  public void close() throws IOException {
    file.close();
    if (!finished) {
      files.disk.delete(path());
    }
  }
}
