// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The choice of what to compact, by what is known to be dead. For one thread at a time, but for
 * {@link #isMostlyOthers}.
 */
final class Victims {
  /** So much is moved at a time. */
  private static final long MOST_MOVED_BYTES = 256L << 20;

  private static final int MOST_MOVED_RECORDS = 1 << 20;

  /**
   * So great are all victims of a time: to mark what is live takes a bit for each 8 bytes of them,
   * and an eighth of the heap at most.
   */
  private static final long MOST_VICTIM_BYTES =
      Math.min(2L << 30, 8 * Runtime.getRuntime().maxMemory());

  /** So much too much is no reason to slow anybody down. */
  private static final long NO_MATTER_BYTES = 16L << 20;

  /** A segment with less dead in it is not worth moving. */
  private static final int LEAST_DEAD_PERCENT = 5;

  /** A segment is shared by the halves of a store, and not by the halves of these. */
  private static final int MOST_HALVINGS = 1;

  /** Tombstones that are kept may take so much of what counts as live. */
  private static final int MOST_KEPT_PERCENT = 5;

  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final Reserve reserve;
  private final long spacePercent;

  /** What was too much when victims were last chosen. */
  private double excess;

  /** Segments in which damage was found: they stay as they are. */
  private final Set<Integer> damaged = new HashSet<>();

  /** Why segments are compacted. */
  enum Reason {
    /** All together take too much space. */
    SURPLUS,
    /** The disk has little space: whatever is worth it is to go. */
    SHORTAGE,
    /** Somebody asks for it: whatever has something dead in it is to go. */
    DEMAND
  }

  /**
   * Creates the choice.
   *
   * @param spacePercent bytes of files for each hundred of live keys and values
   */
  Victims(Catalog catalog, Segments segments, Index index, Reserve reserve, long spacePercent) {
    this.catalog = catalog;
    this.segments = segments;
    this.index = index;
    this.reserve = reserve;
    this.spacePercent = spacePercent;
  }

  /** Chooses what to compact by what is known of it. */
  List<Segment> choose() {
    return choose(Reason.SURPLUS, Integer.MAX_VALUE);
  }

  /** Returns whether the files take more than they may, by what {@link #choose} saw. */
  boolean isBehind() {
    return excess > NO_MATTER_BYTES;
  }

  /** Leaves a segment as it is from now on, as damage was found in it. */
  void spare(Segment found) {
    damaged.add(found.id());
  }

  /**
   * Chooses what to compact: the segments with the greatest dead part, as far as what is live in
   * them can be moved.
   *
   * @param newer segments from this number on are left alone: so there is an end to it, though
   *     others go on writing
   */
  List<Segment> choose(Reason reason, int newer) {
    Manifest manifest = catalog.current();
    Index.Version version = index.current();
    Space space = new Space();
    long live = 0;
    boolean all = reason == Reason.DEMAND;
    List<Manifest.SegmentEntry> candidates = new ArrayList<>();
    for (Manifest.SegmentEntry entry : manifest.segments()) {
      Segment segment = segments.find(entry.id());
      space.add(entry.usage(), segment == null ? 0 : entry.share(segment.end()));
      live += entry.usage().liveBytes();
      if (entry.id() < newer && isSettled(manifest, entry) && isWorthIt(entry, all)) {
        candidates.add(entry);
      }
    }
    version.runs().forEach(run -> space.addIndex(run.bytes()));
    double surplus = space.surplus(spacePercent, version.unmergedEntries());
    excess = space.excess(spacePercent, version.unmergedEntries());
    candidates.sort(
        Comparator.<Manifest.SegmentEntry>comparingInt(entry -> isMostlyOthers(entry) ? 0 : 1)
            .thenComparingDouble(entry -> -Space.deadShare(entry.usage())));
    List<Segment> victims = new ArrayList<>();
    long room = reserve.roomToMove();
    long victimBytes = 0;
    long moved = 0;
    long records = 0;
    for (Manifest.SegmentEntry entry : candidates) {
      victimBytes += entry.end();
      moved += entry.usage().liveBytes();
      records += entry.usage().liveRecords();
      boolean fits =
          victimBytes <= MOST_VICTIM_BYTES
              && moved <= MOST_MOVED_BYTES
              && records <= MOST_MOVED_RECORDS;
      boolean wanted = reason != Reason.SURPLUS || surplus > 0 || isMostlyOthers(entry);
      long needed = Reserve.bytesToMove(entry.usage());
      if (wanted && (fits || victims.isEmpty()) && needed <= room) {
        victims.add(segments.get(entry.id()));
        surplus -= entry.share(entry.end()) * Space.deadShare(entry.usage());
        room -= needed;
      }
    }
    return victims.isEmpty() ? chooseForTombstones(manifest, live, newer) : victims;
  }

  /** Tells whether all is known of a segment, and nothing is wrong with it. */
  private boolean isSettled(Manifest manifest, Manifest.SegmentEntry entry) {
    return entry.end() != Manifest.SegmentEntry.OPEN
        && !manifest.isInLog(entry)
        && !damaged.contains(entry.id());
  }

  /**
   * Chooses the segment with the lowest floor, whatever is live in it, when tombstones that had to
   * be kept take much space: those that it keeps in others can go then. No entry of the index
   * points to such a tombstone, but it counts as live.
   */
  private List<Segment> chooseForTombstones(Manifest manifest, long live, int newer) {
    long kept = 0;
    for (Manifest.SegmentEntry entry : manifest.segments()) {
      kept += entry.usage().liveRecords();
    }
    for (Manifest.RunEntry run : manifest.runs()) {
      kept -= run.entries();
    }
    if (kept * Location.TOMBSTONE_BYTES * 100 <= live * MOST_KEPT_PERCENT) {
      return List.of();
    }
    return manifest.segments().stream()
        .min(Comparator.comparingLong(Manifest.SegmentEntry::floor))
        .filter(entry -> entry.id() < newer && isSettled(manifest, entry))
        .filter(entry -> Reserve.bytesToMove(entry.usage()) <= reserve.roomToMove())
        .map(entry -> List.of(segments.get(entry.id())))
        .orElse(List.of());
  }

  /**
   * Tells whether so much of a segment belongs to other stores that what is this store's should be
   * moved: a walk over it reads everything, and the file stays as long as one of them has it.
   */
  static boolean isMostlyOthers(Manifest.SegmentEntry entry) {
    return entry.halvings() > MOST_HALVINGS;
  }

  private static boolean isWorthIt(Manifest.SegmentEntry entry, boolean all) {
    Usage usage = entry.usage();
    return usage.liveBytes() == 0
        || isMostlyOthers(entry)
        || (all ? usage.deadBytes() > 0 : Space.deadShare(usage) * 100 >= LEAST_DEAD_PERCENT);
  }
}
