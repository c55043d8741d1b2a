// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.lmdb;

import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.spi.DurabilityLag;
import org.lmdbjava.Stat;

/**
 * The figures of a store. What only LMDB knows is asked for by a reader; where that would have to
 * wait, or cannot be, it is what it was the last time.
 */
final class LmdbStats {
  private static final int FILES = 2;

  private final Database database;
  private final Readers readers;
  private final Committer committer;
  private final DurabilityLag lag;
  private volatile Sizes last = new Sizes(0, 0, 0, 0);

  /** What LMDB knows. */
  private record Sizes(long keys, long treeBytes, long usedBytes, long mapBytes) {}

  LmdbStats(Database database, Readers readers, Committer committer, DurabilityLag lag) {
    this.lag = lag;
    this.database = database;
    this.readers = readers;
    this.committer = committer;
    readers.beforeShutting(this::ask);
    ask();
  }

  private Sizes ask() {
    try {
      Reader reader = readers.tryBegin();
      if (reader != null) {
        try {
          Stat stat = database.dbi().stat(reader.txn());
          long pages = stat.leafPages + stat.overflowPages;
          long used = database.usedBytes(stat);
          last = new Sizes(stat.entries, pages * stat.pageSize, used, database.mapBytes());
        } finally {
          readers.end(reader);
        }
      }
    } catch (KvException e) {
      return last; // closed, failed, or no reader left: statistics never throw
    }
    return last;
  }

  /** Adds all figures. */
  KvStats.Builder addTo(KvStats.Builder stats) {
    Sizes sizes = ask();
    int[] taken = new int[1];
    int[] scans = new int[1];
    readers.forEachTaken(
        reader -> {
          taken[0]++;
          scans[0] += reader.scan() == null ? 0 : 1;
        });
    lag.addTo(stats);
    return stats
        .metric(count(KvMetric.KEYS, sizes.keys, "Number of live keys."))
        .metric(
            KvMetric.upperBound(
                KvMetric.LIVE_BYTES,
                sizes.treeBytes,
                KvMetric.Unit.BYTES,
                "Bytes of the pages that live keys and values are in."))
        .metric(
            bytes(KvMetric.DISK_BYTES, sizes.usedBytes, "Bytes of the data file that are in use."))
        .metric(
            KvMetric.upperBound(
                KvMetric.DEAD_BYTES,
                Math.max(0, sizes.usedBytes - sizes.treeBytes),
                KvMetric.Unit.BYTES,
                "Bytes of the data file that hold no pairs: free pages, and inner nodes."))
        .metric(
            KvMetric.upperBound(
                "mappedFile" + KvMetric.MEMORY_BYTES,
                sizes.usedBytes,
                KvMetric.Unit.BYTES,
                "Bytes of the data file that may be in memory, which the operating system decides."))
        .metric(count(KvMetric.OPEN_FILES, FILES, "Files that are open: of data, and of readers."))
        .metric(bytes("mapBytes", sizes.mapBytes, "Address space reserved for the data file."))
        .metric(total("mapGrowths", committer.growths(), "How often the address space grew."))
        .metric(count("readers", taken[0], "Reads and scans under way."))
        .metric(count("openScans", scans[0], "Scans that are open, each with its snapshot."))
        .metric(
            KvMetric.gauge(
                KvMetric.OLDEST_READER,
                readers.oldestNanos(),
                KvMetric.Unit.NANOSECONDS,
                "How long the oldest scan is open; what was replaced since takes space."))
        .metric(total("commits", committer.commits(), "Transactions that were committed."))
        .metric(total("writes", committer.writes(), "Writes, many of which can share a commit."));
  }

  private static KvMetric count(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.COUNT, text);
  }

  private static KvMetric bytes(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.BYTES, text);
  }

  private static KvMetric total(String name, long value, String text) {
    return KvMetric.counter(name, value, KvMetric.Unit.COUNT, text);
  }
}
