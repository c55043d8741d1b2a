// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives back the space of superseded records: moves what is live in the worst segments to new ones,
 * and drops the old.
 *
 * <p>No reader or writer waits while it goes on. In this order: find out by a walk over the index
 * what is live in the victims; copy that; make the copies durable and name their segments in the
 * manifest; point the index at them, where it still points at the original; write that part of the
 * index as a run, before which the log is forced; drop the victims from the manifest; delete them
 * when nobody is reading them. A crash before the run leaves copies that count as dead.
 */
final class Compactor {
  /** The index is pointed at so many copies before more are made. */
  private static final int PART_RECORDS = 1 << 18;

  private final Lookup lookup;
  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final Log log;
  private final Publisher publisher;
  private final KeyHash.Function hashes;
  private final Log.Events events;
  private final Reserve reserve;
  private final Victims choice;
  private final Settings settings;

  private long movedBytes;

  /**
   * How compaction goes on.
   *
   * @param segmentBytes most of a segment
   * @param pace is told after each part how many bytes were moved, and waits
   */
  record Settings(long segmentBytes, Pace pace) {}

  /** What holds the compactor back. */
  @FunctionalInterface
  interface Pace {
    /** Waits as long as moving these bytes should take. */
    void moved(long bytes);
  }

  Compactor(
      Lookup lookup,
      StoreFiles files,
      Catalog catalog,
      Segments segments,
      Index index,
      Log log,
      Publisher publisher,
      KeyHash.Function hashes,
      Log.Events events,
      Reserve reserve,
      Victims choice,
      Settings settings) {
    this.lookup = lookup;
    this.files = files;
    this.catalog = catalog;
    this.segments = segments;
    this.index = index;
    this.log = log;
    this.publisher = publisher;
    this.hashes = hashes;
    this.events = events;
    this.reserve = reserve;
    this.choice = choice;
    this.settings = settings;
  }

  /** Returns how many bytes were moved so far. */
  long movedBytes() {
    return movedBytes;
  }

  /**
   * Compacts some segments.
   *
   * @return whether there were any, and it was not given up
   */
  boolean compact(List<Segment> victims, BooleanSupplier cancelled) throws IOException {
    if (victims.isEmpty()) {
      return false;
    }
    long judged = log.sequence(); // before: what supersedes a record during the walk comes later
    Map<Integer, BitSet> live = live(victims);
    Move move = new Move(judged);
    try {
      for (Segment victim : victims) {
        if (!move.copy(victim, live.getOrDefault(victim.id(), new BitSet()), victims, cancelled)) {
          move.abandon(null);
          return false;
        }
      }
      move.finishPart();
    } catch (IOException | RuntimeException | Error e) {
      move.abandon(e);
      throw e;
    }
    drop(victims);
    return true;
  }

  /** Finds what is live in some segments, as bits for every place where a record can begin. */
  private Map<Integer, BitSet> live(List<Segment> victims) {
    Map<Integer, BitSet> live = new HashMap<>();
    victims.forEach(victim -> live.put(victim.id(), new BitSet(bit(victim.end()))));
    for (HashRange part : lookup.parts()) {
      Entries entries = lookup.entries(part);
      for (int i = 0; i < entries.count(); i++) {
        long location = entries.location(i);
        BitSet bits = live.get(Location.segment(location));
        if (bits != null) {
          bits.set(bit(Location.offset(location)));
        }
      }
    }
    return live;
  }

  private static int bit(long offset) {
    return (int) (offset / Location.ALIGNMENT);
  }

  private void drop(List<Segment> victims) throws IOException {
    List<Integer> ids = victims.stream().map(Segment::id).toList();
    try {
      catalog.edit(manifest -> manifest.withoutSegments(ids));
    } catch (DiskFiles.PublishException e) {
      throw notDurable(victims.get(0), e);
    }
    victims.forEach(log::dispose);
  }

  private KvException notDurable(Segment concerned, DiskFiles.PublishException cause) {
    return events.failed("the manifest cannot be made durable", concerned.path(), cause);
  }

  /** The records of one compaction on their way. */
  private final class Move {
    private final long judged;
    private final List<Moved> moved = new ArrayList<>();
    private int movedRecords;
    private final Map<Integer, Usage> usages = new HashMap<>();

    /** The copies that are no part of the store yet. */
    private Relocation relocation = relocation();

    Move(long judged) {
      this.judged = judged;
    }

    /** Copies what is live; returns whether it came to the end. */
    boolean copy(Segment victim, BitSet live, List<Segment> victims, BooleanSupplier cancelled)
        throws IOException {
      RecordScan scan = RecordScan.once(victim);
      try {
        return copy(victim, scan, live, victims, cancelled);
      } finally {
        files.readDirectly(scan.directBytes());
      }
    }

    private boolean copy(
        Segment victim,
        RecordScan scan,
        BitSet live,
        List<Segment> victims,
        BooleanSupplier cancelled)
        throws IOException {
      long sincePause = 0;
      while (scan.next()) {
        boolean isLive = live.get(bit(scan.offset()));
        if (isLive || isTombstoneToKeep(scan, victims)) {
          if (!scan.isBodyIntact()) {
            break;
          }
          copy(victim, scan, isLive);
          sincePause += scan.recordBytes();
          movedBytes += scan.recordBytes();
        }
        if (movedRecords >= PART_RECORDS) {
          finishPart();
        }
        if (sincePause >= 1 << 20) {
          settings.pace.moved(sincePause);
          sincePause = 0;
          if (cancelled.getAsBoolean()) {
            return false;
          }
        }
      }
      if (scan.offset() < victim.end()) {
        choice.spare(victim);
        throw new CorruptionException(
            "a record is damaged, so that its segment cannot be compacted",
            victim.path(),
            scan.offset(),
            null);
      }
      return true;
    }

    private void copy(Segment victim, RecordScan scan, boolean isLive) throws IOException {
      long location = relocation.copy(scan);
      Usage dead = new Usage(1, Location.bytes(location), 1, Location.bytes(location));
      Usage kept = new Usage(1, Location.bytes(location), 0, 0);
      usages.merge(Location.segment(location), isLive ? dead : kept, Usage::plus);
      if (isLive) {
        if (moved.isEmpty() || moved.get(moved.size() - 1).isFull()) {
          moved.add(new Moved());
        }
        long original = Location.moved(location, victim.id(), scan.offset());
        moved.get(moved.size() - 1).add(hashes.of(scan.key()), original, location);
        movedRecords++;
      }
    }

    /**
     * Tells whether an older put of the key may be in another segment, from which a rebuilt index
     * would take it for live.
     */
    private boolean isTombstoneToKeep(RecordScan scan, List<Segment> victims) throws IOException {
      if (scan.type() != RecordFormat.TOMBSTONE) {
        return false;
      }
      KeyHash hash = hashes.of(scan.key());
      if (!index.current().keys().contains(hash.routing())) {
        return false;
      }
      for (Manifest.SegmentEntry entry : catalog.current().segments()) {
        if (entry.floor() <= scan.sequence()
            && victims.stream().noneMatch(victim -> victim.id() == entry.id())) {
          return !lookup.isPresent(hash);
        }
      }
      return false;
    }

    private Relocation relocation() {
      return new Relocation(
          files,
          catalog.current().epoch(),
          catalog::reserveSegment,
          Math.min(settings.segmentBytes, reserve.mostSegmentBytes()));
    }

    /**
     * Has the index point at what was copied so far, so that memory does not grow with the victims.
     */
    void finishPart() throws IOException {
      publish();
      relocation = relocation();
      usages.clear();
      repoint();
      moved.clear();
      movedRecords = 0;
    }

    /** Makes the copies durable, and their segments a part of the lookup. */
    private void publish() throws IOException {
      relocation.force();
      List<Segment> created = relocation.created();
      if (!created.isEmpty()) {
        name(created);
        created.forEach(segments::add);
      }
    }

    private void name(List<Segment> created) throws IOException {
      try {
        catalog.edit(this::withCopies);
      } catch (DiskFiles.PublishException e) {
        created.forEach(segments::add); // a crash may leave a manifest that names them: they stay
        relocation = relocation();
        throw notDurable(created.get(0), e);
      }
    }

    private Manifest withCopies(Manifest manifest) {
      Manifest changed = manifest;
      for (Segment segment : relocation.created()) {
        changed =
            changed.withSegment(
                new Manifest.SegmentEntry(
                    segment.id(),
                    segment.kind(),
                    segment.epoch(),
                    segment.end(),
                    judged,
                    usages.getOrDefault(segment.id(), Usage.NONE)));
      }
      return changed;
    }

    /** Deletes the copies that are no part of the store yet. */
    void abandon(@Nullable Throwable cause) {
      relocation.abandon(cause);
    }

    /** Points the index at the copies, and makes that durable. */
    private void repoint() throws IOException {
      byte[] bucket = new byte[Bucket.BYTES];
      for (Moved part : moved) {
        findAll(part, bucket);
        log.write(0, Reserve.Use.UPKEEP, end -> repoint(end, part, bucket));
        publishFrozen();
      }
      log.write(
          0,
          Reserve.Use.UPKEEP,
          end -> {}); // so that there is a log, of which the freezing takes the end
      log.freeze();
      publishFrozen();
    }

    /** Reads what {@link #repoint} will, so that writers need not wait for the disk. */
    private void findAll(Moved part, byte[] bucket) throws IOException {
      for (int i = 0; i < part.count(); i++) {
        index.current().find(part.hash(i), bucket);
      }
    }

    private void repoint(Appender end, Moved part, byte[] bucket) throws IOException {
      for (int i = 0; i < part.count(); i++) {
        if (index.current().find(part.hash(i), bucket) == part.original(i)) {
          end.repoint(part.hash(i), part.copy(i));
        }
      }
    }

    private void publishFrozen() throws IOException {
      boolean more = true;
      while (more) {
        more = publisher.publishOldest();
      }
    }
  }
}
