// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Divides a store in two that share its files, which never change again: each has names of its own
 * for them, and counts only its own keys.
 *
 * <p>The index is divided by the next merge, which leaves out the keys of the other store. Segments
 * stay shared until they are mostly dead, or have been divided once more: then each store moves
 * what is its own, and the last one to do so frees the space.
 */
final class Division implements DivisibleStore {
  private final StoreFiles files;
  private final Catalog catalog;
  private final Index index;
  private final Lookup lookup;
  private final Log log;
  private final Publisher publisher;
  private final Merger merger;
  private final Log.Events events;
  private final Upkeep upkeep;
  private final Pins pins;

  /** Not, where a file was seen to be copied rather than linked. */
  private volatile boolean hasLinks = true;

  Division(
      StoreFiles files,
      Catalog catalog,
      Index index,
      Lookup lookup,
      Log log,
      Publisher publisher,
      Merger merger,
      Log.Events events,
      Upkeep upkeep,
      Pins pins) {
    this.files = files;
    this.catalog = catalog;
    this.index = index;
    this.lookup = lookup;
    this.log = log;
    this.publisher = publisher;
    this.merger = merger;
    this.events = events;
    this.upkeep = upkeep;
    this.pins = pins;
  }

  @Override
  public boolean isHashedWith(long seed) {
    return catalog.current().seed() == seed;
  }

  @Override
  public boolean isDivisible() {
    return hasLinks
        && !merger.mayHoldOthers()
        && catalog.current().segments().stream().noneMatch(Victims::isMostlyOthers);
  }

  @Override
  public Count count(HashSlice slice) {
    return new IndexCount(slice, lookup.parts());
  }

  /** A walk over the index, which tells keys exactly, and the size of records at most. */
  private final class IndexCount implements Count {
    private final HashSlice slice;
    private final List<HashRange> parts;
    private int done;
    private long keys;
    private long bytes;
    private long otherKeys;
    private long otherBytes;

    IndexCount(HashSlice slice, List<HashRange> parts) {
      this.slice = slice;
      this.parts = parts;
    }

    @Override
    public boolean next() {
      if (done < parts.size()) {
        add(lookup.entries(parts.get(done++)));
      }
      return done < parts.size();
    }

    private void add(Entries entries) {
      for (int i = 0; i < entries.count(); i++) {
        long location = entries.location(i);
        if (!Location.isTombstone(location)) {
          long most = Location.bytes(location) - (long) RecordFormat.HEADER_BYTES;
          if (slice.contains(entries.routing(i))) {
            keys++;
            bytes += most;
          } else {
            otherKeys++;
            otherBytes += most;
          }
        }
      }
    }

    @Override
    public double progress() {
      return (double) done / parts.size();
    }

    @Override
    public Halves counted() {
      return new Halves(keys, bytes, otherKeys, otherBytes);
    }
  }

  @Override
  public void copyTo(Path directory, int branch, HashSlice slice) {
    int pin = pins.enter(); // what is taken out of the manifest meanwhile is deleted later
    try {
      events.checkNotFailed();
      Manifest all = publisher.publishAll();
      edit(manifest -> manifest.withCopied(all));
      Manifest copy = all.withCopied(all).divided(slice).withEpoch(Epochs.first(branch));
      new Checkpoint(files, files.in(directory)).run(copy, done -> refuseToCopy(done, directory));
    } catch (IOException e) {
      throw DiskFiles.failure("the store cannot be divided", directory, e);
    } finally {
      pins.leaveAfterLong(pin);
    }
  }

  /** Files that are copied are better copied without what is not to be in them. */
  private void refuseToCopy(long done, Path directory) {
    if (done == 0) {
      hasLinks = false;
      throw new KvException(
          "the disk cannot give files a second name, so the store is to be divided by copying",
          directory,
          null);
    }
  }

  @Override
  public void retain(HashSlice slice) {
    try {
      upkeep.urgently(() -> retainNow(slice));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** No entry of another key comes into the index behind what is published here. */
  private void retainNow(HashSlice slice) throws IOException {
    events.checkNotFailed();
    if (index.current().keys().equals(slice)) {
      return;
    }
    publisher.publishAll();
    edit(manifest -> manifest.divided(slice));
    log.locked(() -> index.retain(slice));
  }

  @Override
  public void prepareWrites() {
    try {
      log.prepareFirst();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void edit(UnaryOperator<Manifest> change) throws IOException {
    try {
      catalog.edit(change);
    } catch (DiskFiles.PublishException e) {
      throw events.failed("the manifest cannot be made durable", files.directory, e);
    }
  }

  private KvException failure(IOException e) {
    return DiskFiles.failure("the store cannot be divided", files.directory, e);
  }
}
