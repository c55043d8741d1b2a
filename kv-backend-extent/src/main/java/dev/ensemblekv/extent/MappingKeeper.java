// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the account of a store in the {@link MappingBudget}, and gives its mappings up when that is
 * exceeded: its files are read by calls from then on.
 */
final class MappingKeeper implements AutoCloseable {
  private static final int MAPPING_SHIFT = 30;

  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final Pins pins;
  private final MappingBudget.Share share;

  MappingKeeper(
      Catalog catalog, Segments segments, Index index, Pins pins, MappingBudget.Share share) {
    this.catalog = catalog;
    this.segments = segments;
    this.index = index;
    this.pins = pins;
    this.share = share;
  }

  /** Has somebody told when {@link #update} should be called; that may be at once. */
  void onExceeded(Runnable told) {
    share.onExceeded(told);
    if (!share.ofSealed() && segments.all().stream().anyMatch(Segment::isMappedAndSealed)) {
      told.run();
    }
  }

  /** Counts anew; gives up what should not be mapped. Nobody may read who is not pinned. */
  void update() {
    List<Run> runs = index.current().runs();
    List<Segment> open = segments.all();
    long bytes = catalog.current().ownBytes(open);
    long mappings = open.size();
    for (Run run : runs) {
      bytes += run.bytes();
      mappings += 1 + (run.bytes() >>> MAPPING_SHIFT);
    }
    share.resize(bytes, mappings);
    if (!share.ofSealed()) {
      open.forEach(segment -> retire(segment.unmap()));
      runs.forEach(run -> retire(run.unmap()));
    }
  }

  /** A reader that entered before may still be in the mapping. */
  private void retire(@Nullable StoredBytes mapped) {
    if (mapped != null) {
      pins.retire(mapped::close);
    }
  }

  @Override
  public void close() {
    share.close();
  }
}
