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
        bytes("deadBytes", usage.deadBytes(), "Bytes of records known as superseded."),
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
        bytes(
            "writeRateLimit",
            backpressure.bytesPerSecond(),
            "Bytes a second that writers are slowed down to; 0: they are not."),
        bytes("tornBytes", tail.tornBytes(), "Bytes that opening left off the log."),
        bytes("replayedBytes", tail.replayedBytes(), "Bytes of the log opening read."));
  }

  private static KvMetric bytes(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.BYTES, text);
  }

  private static KvMetric count(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.COUNT, text);
  }
}
