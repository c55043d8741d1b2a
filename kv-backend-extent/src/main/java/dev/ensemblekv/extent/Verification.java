// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvTask;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything: each record that the index names, and each record of the segments, superseded
 * or not. What it finds wrong does not stop it.
 */
final class Verification {
  private final Lookup lookup;
  private final Segments segments;
  private final List<Run> runs;
  private final KeyHash.Function hashes;

  Verification(Lookup lookup, Segments segments, List<Run> runs, KeyHash.Function hashes) {
    this.lookup = lookup;
    this.segments = segments;
    this.runs = runs;
    this.hashes = hashes;
  }

  void run(KvTask.Progress progress) {
    for (HashRange part : lookup.parts()) {
      try {
        verify(lookup.entries(part), progress);
      } catch (CorruptionException e) {
        progress.problem(e.getMessage(), e.path().orElse(null));
      }
    }
    for (Run run : runs) {
      try {
        run.checkFilter(
            offset ->
                progress.problem(
                    "the checksum of a block of the filter does not match (at byte " + offset + ")",
                    run.path()));
      } catch (IOException e) {
        progress.problem("it cannot be read: " + e.getMessage(), run.path());
      } catch (KvException e) {
        progress.problem(e.getMessage(), run.path());
      }
    }
    for (Segment segment : segments.all()) {
      try {
        verify(segment, progress);
      } catch (IOException e) {
        progress.problem("it cannot be read: " + e.getMessage(), segment.path());
      } catch (KvException e) {
        progress.problem(e.getMessage(), segment.path());
      }
    }
  }

  private void verify(Entries entries, KvTask.Progress progress) {
    for (int i = 0; i < entries.count(); i++) {
      if (!Location.isTombstone(entries.location(i))) {
        verify(entries, i, progress);
      }
    }
  }

  private void verify(Entries entries, int at, KvTask.Progress progress) {
    try {
      byte @Nullable [][] pair = lookup.pair(entries, at);
      KeyHash hash = new KeyHash(entries.order(at), entries.routing(at));
      if (pair != null && !hashes.of(pair[0]).equals(hash)) {
        progress.problem(
            "the index names a record of another key: " + Location.describe(entries.location(at)),
            null);
      }
    } catch (CorruptionException e) {
      progress.problem(e.getMessage(), e.path().orElse(null));
    }
    progress.advance(1);
  }

  private void verify(Segment segment, KvTask.Progress progress) throws IOException {
    long end = segment.end();
    RecordScan scan = new RecordScan(segment, StoreFiles.HEADER_BYTES);
    while (scan.next()) {
      if (!scan.isBodyIntact()) {
        progress.problem(
            "the checksum of a record does not match (at byte " + scan.offset() + ")",
            segment.path());
      }
      progress.advance(0);
    }
    if (scan.offset() < end) {
      progress.problem("there should be a record (at byte " + scan.offset() + ")", segment.path());
    }
  }
}
