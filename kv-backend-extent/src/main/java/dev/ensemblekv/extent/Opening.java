// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a store: reads the manifest, opens what it names, and replays the end of the log. Writes
 * nothing, but for the manifest of a new store.
 */
final class Opening {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

  private final KvOpenContext context;
  private final StoreFiles files;
  private final MappingBudget.Share share;
  private final List<Run> runs = new ArrayList<>();
  private final Segments segments = new Segments();

  private Opening(KvOpenContext context, StoreFiles files, MappingBudget.Share share) {
    this.context = context;
    this.files = files;
    this.share = share;
  }

  static ExtentStore open(KvOpenContext context) {
    return open(context, MappingBudget.ofProcess());
  }

  static ExtentStore open(KvOpenContext context, MappingBudget budget) {
    MappingBudget.Share share = budget.share(context.option(ExtentOptions.ACCESS));
    StoreFiles files =
        new StoreFiles(context.disk(), context.directory(), context.storeId(), share);
    try {
      if (context.isNew()) {
        Catalog.create(files, Manifest.ofNewStore(seed(context)));
      }
      Manifest manifest = Catalog.read(files);
      return new Opening(context, files, share).open(manifest);
    } catch (IOException e) {
      throw DiskFiles.failure("the store cannot be opened", context.directory(), e);
    }
  }

  /** An outer store's seed lets the store be divided as that divides its keys. */
  static long seed(KvOpenContext context) {
    return context.hashSeed().orElseGet(() -> context.random().nextLong());
  }

  /** Says how great the store is, about, before any of it is mapped. */
  private void count(Manifest manifest) {
    long bytes = 0;
    for (Manifest.SegmentEntry entry : manifest.segments()) {
      bytes += entry.share(Math.max(entry.end(), entry.usage().bytes()));
    }
    for (Manifest.RunEntry entry : manifest.runs()) {
      bytes += entry.entries() * Run.BYTES_PER_ENTRY;
    }
    share.resize(bytes, manifest.segments().size() + manifest.runs().size());
  }

  private ExtentStore open(Manifest manifest) throws IOException {
    try {
      count(manifest);
      for (Manifest.RunEntry entry : manifest.runs()) {
        runs.add(Run.open(files, entry.id(), entry.epoch(), entry.entries()));
      }
      List<Segment> log = new ArrayList<>();
      Set<Integer> open = new HashSet<>();
      for (Manifest.SegmentEntry entry : manifest.segments()) {
        Segment segment = Segment.open(files, entry.id(), entry.kind(), entry.epoch(), entry.end());
        segments.add(segment);
        if (entry.end() == Manifest.SegmentEntry.OPEN) {
          open.add(entry.id());
        }
        if (manifest.isInLog(entry)) {
          log.add(segment);
        }
      }
      KeyHash.Function hashes = new KeyHash.Function(manifest.seed());
      Memtable memtable = new Memtable();
      Tail tail = new Replay(manifest, log, hashes, memtable).run();
      for (Segment segment : log) {
        if (open.contains(segment.id())) {
          segment.settle(files, segment.end());
        }
      }
      tell(tail);
      Index index = new Index(memtable, runs, manifest.part().keys());
      return new ExtentStore(
          context, new Parts.Found(files, share, manifest, segments, index, hashes, tail));
    } catch (IOException | RuntimeException | Error e) {
      closeAll(e);
      throw e;
    }
  }

  private void tell(Tail tail) {
    Segment last = tail.last();
    if (tail.tornBytes() > 0 && last != null) {
      ExtentEvents.recovered(context.events(), tail);
      LOG.warn(
          "store '{}' was not closed: {} bytes at the end of its log were never durable and are"
              + " left out, from byte {} of {} on",
          context.storeName(),
          tail.tornBytes(),
          last.end(),
          last.path());
    }
  }

  private void closeAll(Throwable error) {
    share.close();
    for (Run run : runs) {
      closeAfter(error, run::close);
    }
    for (Segment segment : segments.all()) {
      closeAfter(error, segment::close);
    }
  }

  private static void closeAfter(Throwable error, Upkeep.Work close) {
    try {
      close.run();
    } catch (IOException | KvException e) {
      error.addSuppressed(e);
    }
  }
}
