// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
  private final List<Run> runs = new ArrayList<>();
  private final Segments segments = new Segments();

  private Opening(KvOpenContext context, StoreFiles files) {
    this.context = context;
    this.files = files;
  }

  static ExtentStore open(KvOpenContext context) {
    boolean mapped = context.option(ExtentOptions.ACCESS) != ExtentOptions.Access.POSITIONED;
    StoreFiles files =
        new StoreFiles(context.disk(), context.directory(), context.storeId(), mapped);
    try {
      if (context.isNew()) {
        Catalog.create(files, Manifest.ofNewStore(context.random().nextLong()));
      }
      return new Opening(context, files).open(Catalog.read(files));
    } catch (IOException e) {
      throw DiskFiles.failure("the store cannot be opened", context.directory(), e);
    }
  }

  private ExtentStore open(Manifest manifest) throws IOException {
    try {
      for (Manifest.RunEntry entry : manifest.runs()) {
        runs.add(Run.open(files, entry.id(), entry.epoch(), entry.entries()));
      }
      List<Segment> log = new ArrayList<>();
      for (Manifest.SegmentEntry entry : manifest.segments()) {
        Segment segment = Segment.open(files, entry.id(), entry.kind(), entry.epoch(), entry.end());
        segments.add(segment);
        if (manifest.isInLog(entry)) {
          log.add(segment);
        }
      }
      KeyHash.Function hashes = new KeyHash.Function(manifest.seed());
      Memtable memtable = new Memtable();
      Tail tail = new Replay(manifest, log, hashes, memtable).run();
      tell(tail);
      return new ExtentStore(
          context, files, manifest, segments, new Index(memtable, runs), hashes, tail);
    } catch (IOException | RuntimeException | Error e) {
      closeAll(e);
      throw e;
    }
  }

  private void tell(Tail tail) {
    Segment last = tail.last();
    if (tail.tornBytes() > 0 && last != null) {
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
