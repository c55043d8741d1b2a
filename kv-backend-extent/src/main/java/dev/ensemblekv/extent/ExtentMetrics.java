// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.KvMetric;
import java.util.List;

/** What a store tells of itself in numbers, beyond what every store does. */
final class ExtentMetrics {
  private ExtentMetrics() {}

  static List<KvMetric> of(
      Index.Version version, Manifest manifest, Tail tail, Backpressure backpressure) {
    Usage usage = manifest.usage();
    long keys = usage.liveRecords() + version.active().count();
    long liveBytes = usage.liveBytes() + version.active().deltas().liveBytes();
    for (Index.Frozen frozen : version.frozen()) {
      keys += frozen.table().count();
      liveBytes += frozen.table().deltas().liveBytes();
    }
    return List.of(
        KvMetric.upperBound(
            KvMetric.KEYS,
            keys,
            KvMetric.Unit.COUNT,
            "Number of live keys at most: what is superseded counts until it is found out."),
        KvMetric.upperBound(
            KvMetric.LIVE_BYTES,
            liveBytes,
            KvMetric.Unit.BYTES,
            "Bytes of live keys and values at most, their records rounded up."),
        bytes(KvMetric.DEAD_BYTES, usage.deadBytes(), "Bytes of records known as superseded."),
        count("segments", manifest.segments().size(), "Number of segment files."),
        count(
            "sharedSegments",
            manifest.segments().stream().filter(entry -> entry.halvings() > 0).count(),
            "Number of those that other stores have too, since a split without copying."),
        count("runs", version.runs().size(), "Number of runs of the index on disk."),
        bytes(
            "indexBytes",
            version.runs().stream().mapToLong(Run::bytes).sum(),
            "Bytes of the index on disk."),
        count("memtableKeys", version.active().count(), "Keys in the newest memtable."),
        count("frozenMemtables", version.frozenCount(), "Memtables waiting to be written."),
        KvMetric.gauge(
            "writeLimitBytesPerSecond",
            backpressure.bytesPerSecond(),
            KvMetric.Unit.BYTES_PER_SECOND,
            "Bytes a second that writers are slowed down to; 0: they are not."),
        KvMetric.counter(
            "writersHeldNanos",
            backpressure.heldNanos(),
            KvMetric.Unit.NANOSECONDS,
            "Time that all writers together were held to keep to writeLimitBytesPerSecond."),
        bytes("tornBytes", tail.tornBytes(), "Bytes that opening left off the log."),
        bytes("replayedBytes", tail.replayedBytes(), "Bytes of the log opening read."));
  }

  /** Returns what the files tell. */
  static List<KvMetric> ofFiles(
      Manifest manifest,
      List<Segment> segments,
      List<Run> runs,
      StoreFiles files,
      Manifest.Position durable) {
    long diskBytes = manifest.ownBytes(segments) + runs.stream().mapToLong(Run::bytes).sum();
    long unsyncedBytes = 0;
    for (Segment segment : segments) {
      unsyncedBytes += segment.kind() == Segment.Kind.LOG ? behind(segment, durable) : 0;
    }
    return List.of(
        bytes(
            KvMetric.DISK_BYTES,
            diskBytes,
            "Bytes of the files, of shared ones its part, but for what the log has allocated ahead."),
        KvMetric.counter(
            KvMetric.DISK_WRITTEN_BYTES,
            files.writtenBytes(),
            KvMetric.Unit.BYTES,
            "Bytes written to the log, to the index, and by compaction."),
        KvMetric.counter(
            "directReadBytes",
            files.directReadBytes(),
            KvMetric.Unit.BYTES,
            "Bytes that compaction read past the page cache; 0 where that cannot be."),
        count(KvMetric.OPEN_FILES, segments.size() + (long) runs.size(), "Files that are open."),
        KvMetric.upperBound(
            KvMetric.UNSYNCED_BYTES,
            unsyncedBytes,
            KvMetric.Unit.BYTES,
            "Bytes of the log that a loss of power may take away at most."));
  }

  /** Returns how many bytes of a segment of the log are not known to be durable. */
  private static long behind(Segment segment, Manifest.Position durable) {
    if (segment.id() < durable.segment()) {
      return 0;
    }
    boolean isLast = segment.id() == durable.segment();
    return Math.max(0, segment.end() - (isLast ? durable.offset() : StoreFiles.HEADER_BYTES));
  }

  /** Returns what is in memory, part by part. */
  static List<KvMetric> ofMemory(Index.Version version, List<Segment> segments) {
    long memtables = version.memoryBytes();
    long mapped = segments.stream().mapToLong(Segment::mappedBytes).sum();
    long filters = 0;
    long mappedFilters = 0;
    for (Run run : version.runs()) {
      mapped += run.mappedBytes();
      filters += run.filterBytes();
      mappedFilters += run.isFilterMapped() ? run.filterBytes() : 0;
    }
    return List.of(
        bytes(
            "memtables" + KvMetric.MEMORY_BYTES,
            memtables,
            "Bytes of the heap that memtables take."),
        bytes("filterBytes", filters, "Bytes of the filters of runs."),
        bytes(
            "mappedFilterBytes",
            mappedFilters,
            "Bytes of those filters that are mapped into memory."),
        bytes(
            "mappedFiles" + KvMetric.MEMORY_BYTES,
            mapped,
            "Bytes of files that are mapped into memory, all together."));
  }

  static KvMetric syncAge(long nanos) {
    return KvMetric.gauge(
        KvMetric.LAST_SYNC_AGE,
        nanos,
        KvMetric.Unit.NANOSECONDS,
        "Time since the log was last made durable.");
  }

  private static KvMetric bytes(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.BYTES, text);
  }

  private static KvMetric count(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.COUNT, text);
  }
}
