// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.io.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the file of a run, entry by entry in their order. What it wrote is durable after {@link
 * #finish}, and gone if it does not come to that.
 */
final class RunWriter implements AutoCloseable {
  /** So full are the buckets on average, of which two of three then answer at the first look. */
  private static final double LOAD = 0.75;

  private static final int MOST_BUFFERED = 1024;

  private final StoreFiles files;
  private final int id;
  private final long epoch;
  private final Seal seal;
  private final DiskFile file;
  private final long places;
  private final int buffered;
  private final byte[] buffer;

  private long firstBuffered;
  private long current;
  private int inCurrent;
  private long entries;
  private boolean finished;
  private @Nullable RunFilter filter;

  /**
   * Creates the file.
   *
   * @param mostEntries no more than these will come
   */
  RunWriter(StoreFiles files, int id, long epoch, long mostEntries) throws IOException {
    this.files = files;
    this.id = id;
    this.epoch = epoch;
    this.seal = files.seal(epoch, id);
    this.places = Math.max(1, (long) Math.ceil(mostEntries / (Bucket.ENTRIES * LOAD)));
    this.buffered = (int) Math.min(MOST_BUFFERED, places + 1);
    this.buffer = new byte[buffered * Bucket.BYTES];
    this.file = files.create(path());
  }

  /** Gives the run a filter, for one that stands above others. */
  RunWriter filtered(long mostEntries) {
    filter = RunFilter.forKeys(mostEntries);
    return this;
  }

  private Path path() {
    return files.path(Run.name(id));
  }

  void add(long order, int routing, long location) throws IOException {
    long place = KeyHash.place(order, places);
    if (place > current) {
      goTo(place);
    } else if (inCurrent == Bucket.ENTRIES) {
      goTo(current + 1);
    }
    int at = (int) (current - firstBuffered) * Bucket.BYTES;
    Bucket.put(buffer, at, inCurrent++, order, routing, location);
    entries++;
    if (filter != null) {
      filter.add(order, routing);
    }
  }

  private void goTo(long bucket) throws IOException {
    while (bucket >= firstBuffered + buffered) {
      write(buffered);
    }
    current = bucket;
    inCurrent = 0;
  }

  private void write(int count) throws IOException {
    long offset = StoreFiles.HEADER_BYTES + firstBuffered * Bucket.BYTES;
    for (int i = 0; i < count; i++) {
      Bucket.seal(buffer, i * Bucket.BYTES, seal, offset + (long) i * Bucket.BYTES);
    }
    file.write(offset, buffer, 0, count * Bucket.BYTES);
    firstBuffered += count;
    Arrays.fill(buffer, (byte) 0);
  }

  /** Writes what is left, makes file and name durable, and opens the run. */
  Run finish() throws IOException {
    goTo(Math.max(places - 1, current));
    write((int) (current - firstBuffered) + 1);
    int blocks = 0;
    if (filter != null) {
      long offset = StoreFiles.HEADER_BYTES + firstBuffered * Bucket.BYTES;
      byte[] bytes = filter.encode(seal, offset);
      file.write(offset, bytes, 0, bytes.length);
      blocks = filter.blocks();
    }
    byte[] header = files.header(Run.MAGIC, id, epoch, blocks, places);
    file.write(0, header, 0, header.length);
    file.force();
    files.disk.syncDirectory(files.directory);
    Run run = Run.open(files, id, epoch, entries);
    finished = true;
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
