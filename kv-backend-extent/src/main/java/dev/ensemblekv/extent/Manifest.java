// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.spi.io.CheckedText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a store are to each other: which segments and runs count, and from where the
 * log is to be replayed. Immutable; on disk a {@link CheckedText} of kind {@code extent}.
 *
 * @param epoch counts the times that the log was begun anew after a crash
 * @param seed the seed of the hash of keys
 * @param nextSegment the number of the next segment; none is ever used again
 * @param nextRun the number of the next run; none is ever used again
 * @param checkpoint where the log goes on behind what is in the runs
 * @param durable up to where the log was known to be durable
 * @param sequence the last sequence number before the checkpoint, or a greater one never used
 * @param journal the number of the last journaled batch before the checkpoint; 0: there was none
 * @param segments those that count, by number
 * @param runs those that count, the newest first
 * @param part what the store holds of what its files hold
 */
record Manifest(
    long epoch,
    long seed,
    int nextSegment,
    int nextRun,
    Position checkpoint,
    Position durable,
    long sequence,
    long journal,
    List<SegmentEntry> segments,
    List<RunEntry> runs,
    Part part) {
  static final String NAME = "MANIFEST";
  static final int VERSION = 1;
  static final int MAX_BYTES = 64 << 20;

  private static final String KIND = "extent";
  private static final String HASH = "xxh3-64";
  private static final String SEGMENT = "segment.";
  private static final String RUN = "run.";
  private static final String KEYS = "keys";
  private static final int HALVINGS_AT = 16;
  private static final int COPIED_AT = 18;

  /** A place in the log; nobody is before the first segment. */
  record Position(int segment, long offset) implements Comparable<Position> {
    static final Position BEGINNING = new Position(0, 0);

    @Override
    public int compareTo(Position other) {
      return segment != other.segment
          ? Integer.compare(segment, other.segment)
          : Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
      return segment + "@" + offset;
    }

    static Position parse(String text) {
      int at = text.indexOf('@');
      return new Position(
          Integer.parseInt(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
    }
  }

  /**
   * A segment that counts.
   *
   * @param end where its records end; {@link #OPEN} while that is found out by reading it
   * @param floor no record in it is superseded by one with a sequence number below this
   * @param usage the account, but for what the checkpoint leaves to be replayed
   * @param halvings how often what is in it was halved among stores that share it
   * @param copied whether another store may have it that was made by a division, of which this
   *     store does not know yet what is left to it
   */
  record SegmentEntry(
      int id,
      Segment.Kind kind,
      long epoch,
      long end,
      long floor,
      Usage usage,
      int halvings,
      boolean copied) {
    static final long OPEN = -1;
    static final int MOST_HALVINGS = 32;

    /** Creates the entry of a segment that is in no other store. */
    SegmentEntry(int id, Segment.Kind kind, long epoch, long end, long floor, Usage usage) {
      this(id, kind, epoch, end, floor, usage, 0, false);
    }

    SegmentEntry endingAt(long newEnd) {
      return new SegmentEntry(id, kind, epoch, newEnd, floor, usage, halvings, copied);
    }

    SegmentEntry plus(Usage more) {
      return new SegmentEntry(id, kind, epoch, end, floor, usage.plus(more), halvings, copied);
    }

    SegmentEntry withCopied(boolean isCopied) {
      return new SegmentEntry(id, kind, epoch, end, floor, usage, halvings, isCopied);
    }

    /** Keeps a part of what is dead, if it is shared; what is live is counted when it is merged. */
    SegmentEntry halved() {
      if (!copied) {
        return this;
      }
      long records = usage.deadRecords() / 2;
      long bytes = usage.deadBytes() / 2;
      Usage kept = usage.plus(new Usage(-records, -bytes, -records, -bytes));
      return new SegmentEntry(id, kind, epoch, end, floor, kept, halvings + 1, false);
    }

    /** Returns how many bytes of a file as great as this are the store's. */
    long share(long bytes) {
      return bytes >> halvings;
    }
  }

  /**
   * What a store holds of what its files hold, which others may share.
   *
   * @param keys all other keys count as absent
   * @param firstRun runs before this one may have entries of other keys
   */
  record Part(HashSlice keys, int firstRun) {
    static final Part WHOLE = new Part(HashSlice.ALL, 0);

    private void addTo(Map<String, String> fields) {
      if (!equals(WHOLE)) {
        fields.put(KEYS, keys + " firstRun " + firstRun);
      }
    }

    private static Part parse(@Nullable String value) {
      if (value == null) {
        return WHOLE;
      }
      String[] words = value.split(" ", -1);
      return new Part(HashSlice.parse(words[0]), Integer.parseInt(words[2]));
    }
  }

  /** A run that counts. */
  record RunEntry(int id, long epoch, long entries) {
    static RunEntry of(Run run) {
      return new RunEntry(run.id(), run.epoch(), run.entries());
    }
  }

  /** Creates a manifest. */
  Manifest {
    segments = List.copyOf(segments);
    runs = List.copyOf(runs);
  }

  static Manifest ofNewStore(long seed) {
    return new Manifest(
        1,
        seed,
        1,
        1,
        Position.BEGINNING,
        Position.BEGINNING,
        0,
        0,
        List.of(),
        List.of(),
        Part.WHOLE);
  }

  Manifest withEpoch(long newEpoch) {
    return new Manifest(
        newEpoch,
        seed,
        nextSegment,
        nextRun,
        checkpoint,
        durable,
        sequence,
        journal,
        segments,
        runs,
        part);
  }

  Manifest withDurable(Position newDurable) {
    return new Manifest(
        epoch,
        seed,
        nextSegment,
        nextRun,
        checkpoint,
        newDurable,
        sequence,
        journal,
        segments,
        runs,
        part);
  }

  Manifest withCheckpoint(Position newCheckpoint, long newSequence, long newJournal) {
    return new Manifest(
        epoch,
        seed,
        nextSegment,
        nextRun,
        newCheckpoint,
        durable,
        newSequence,
        newJournal,
        segments,
        runs,
        part);
  }

  Manifest withSegments(List<SegmentEntry> newSegments) {
    return new Manifest(
        epoch,
        seed,
        nextSegment,
        nextRun,
        checkpoint,
        durable,
        sequence,
        journal,
        newSegments,
        runs,
        part);
  }

  Manifest withSegment(SegmentEntry added) {
    List<SegmentEntry> all = new ArrayList<>(segments);
    all.add(added);
    all.sort(Comparator.comparingInt(SegmentEntry::id));
    return new Manifest(
        epoch,
        seed,
        Math.max(nextSegment, added.id + 1),
        nextRun,
        checkpoint,
        durable,
        sequence,
        journal,
        all,
        runs,
        part);
  }

  Manifest withRuns(List<RunEntry> newRuns) {
    int next = nextRun;
    for (RunEntry run : newRuns) {
      next = Math.max(next, run.id + 1);
    }
    return new Manifest(
        epoch,
        seed,
        nextSegment,
        next,
        checkpoint,
        durable,
        sequence,
        journal,
        segments,
        newRuns,
        part);
  }

  Manifest withoutSegments(Collection<Integer> dropped) {
    return withSegments(segments.stream().filter(entry -> !dropped.contains(entry.id)).toList());
  }

  /** Notes which segments another store may have from now on. */
  Manifest withCopied(Manifest copied) {
    Set<Integer> ids = new HashSet<>();
    copied.segments.forEach(entry -> ids.add(entry.id));
    return mapSegments(entry -> entry.withCopied(ids.contains(entry.id)));
  }

  /**
   * Returns what is left when the store holds half of the keys that it held, of which another has
   * the rest in what was copied. The keys that it held may have had more routing bits in common
   * than was known.
   */
  Manifest divided(HashSlice keys) {
    return new Manifest(
        epoch,
        seed,
        nextSegment,
        nextRun,
        checkpoint,
        durable,
        sequence,
        journal,
        segments.stream().map(SegmentEntry::halved).toList(),
        runs,
        new Part(keys, nextRun));
  }

  /** Tells whether a run may have entries of keys that the store does not hold. */
  boolean mayHoldOthers(int run) {
    return run < part.firstRun;
  }

  /** Returns what is left without the log behind the checkpoint, which begins a segment. */
  Manifest settled() {
    return withSegments(segments.stream().filter(entry -> !isInLog(entry)).toList())
        .withDurable(checkpoint);
  }

  /** Tells whether a segment is, in part at least, behind the checkpoint: it may change yet. */
  boolean isInLog(SegmentEntry entry) {
    return entry.kind == Segment.Kind.LOG && entry.id >= checkpoint.segment;
  }

  /** Returns the account of all segments. */
  Usage usage() {
    return segments.stream().map(SegmentEntry::usage).reduce(Usage.NONE, Usage::plus);
  }

  Manifest mapSegments(UnaryOperator<SegmentEntry> change) {
    return withSegments(segments.stream().map(change).toList());
  }

  /** Adds to the accounts; those of segments that are gone do not count any more. */
  Manifest withDeltas(Deltas deltas) {
    Map<Integer, Usage> usages = new HashMap<>();
    deltas.forEach(usages::put);
    return mapSegments(entry -> entry.plus(usages.getOrDefault(entry.id, Usage.NONE)));
  }

  byte[] encode() {
    return CheckedText.encode(KIND, VERSION, fields());
  }

  private Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("hash", HASH);
    fields.put("seed", HexFormat.of().toHexDigits(seed));
    fields.put("epoch", String.valueOf(epoch));
    fields.put("nextSegment", String.valueOf(nextSegment));
    fields.put("nextRun", String.valueOf(nextRun));
    fields.put("checkpoint", checkpoint.toString());
    fields.put("durable", durable.toString());
    fields.put("sequence", String.valueOf(sequence));
    if (journal != 0) {
      fields.put("journal", String.valueOf(journal));
    }
    part.addTo(fields);
    for (SegmentEntry entry : segments) {
      Usage usage = entry.usage;
      fields.put(
          StoreFiles.name(SEGMENT, entry.id, ""),
          (entry.kind == Segment.Kind.LOG ? "log" : "relocated")
              + (" epoch " + entry.epoch)
              + (" end " + entry.end)
              + (" floor " + entry.floor)
              + (" records " + usage.records())
              + (" bytes " + usage.bytes())
              + (" deadRecords " + usage.deadRecords())
              + (" deadBytes " + usage.deadBytes())
              + (entry.halvings == 0 && !entry.copied
                  ? ""
                  : " halvings " + entry.halvings + " copied " + entry.copied));
    }
    for (RunEntry run : runs) {
      fields.put(
          StoreFiles.name(RUN, run.id, ""), "epoch " + run.epoch + " entries " + run.entries);
    }
    return fields;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws CorruptionException if the bytes are something else
   */
  static Manifest decode(byte[] bytes, Path path) {
    CheckedText text = CheckedText.decode(bytes, path, KIND, VERSION);
    try {
      List<SegmentEntry> segments = new ArrayList<>();
      List<RunEntry> runs = new ArrayList<>();
      text.fields()
          .forEach(
              (name, value) -> {
                if (name.startsWith(SEGMENT)) {
                  segments.add(segment(name, value.split(" ", -1)));
                } else if (name.startsWith(RUN)) {
                  runs.add(run(name, value.split(" ", -1)));
                }
              });
      if (!text.get("hash").equals(HASH)) {
        throw new CorruptionException("the hash '" + text.get("hash") + "' is unknown", path, null);
      }
      Manifest manifest =
          new Manifest(
              Long.parseLong(text.get("epoch")),
              Long.parseUnsignedLong(text.get("seed"), 16),
              text.getInt("nextSegment"),
              text.getInt("nextRun"),
              Position.parse(text.get("checkpoint")),
              Position.parse(text.get("durable")),
              Long.parseLong(text.get("sequence")),
              Long.parseLong(text.fields().getOrDefault("journal", "0")),
              segments,
              runs,
              Part.parse(text.fields().get(KEYS)));
      manifest.checkInvariants();
      check(text.fields().entrySet().containsAll(manifest.fields().entrySet()), "a field");
      return manifest;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new CorruptionException("the manifest does not make sense: " + e, path, e);
    }
  }

  /** Checks that every number is one that can be, and that no file is named twice. */
  private void checkInvariants() {
    checkPosition(checkpoint);
    checkPosition(durable);
    Set<Integer> ids = new HashSet<>();
    for (SegmentEntry entry : segments) {
      boolean ends =
          entry.end >= StoreFiles.HEADER_BYTES && entry.end <= Location.MAX_SEGMENT_BYTES;
      check(ends || entry.end == SegmentEntry.OPEN, "where a segment ends", entry.end);
      check(
          entry.halvings >= 0 && entry.halvings <= SegmentEntry.MOST_HALVINGS,
          "halvings",
          entry.halvings);
      check(entry.id > 0 && entry.id < nextSegment && ids.add(entry.id), "segment", entry.id);
    }
    check(part.firstRun >= 0 && part.firstRun <= nextRun, "first run", part.firstRun);
    ids.clear();
    for (RunEntry run : runs) {
      check(run.entries >= 0, "entries of a run", run.entries);
      check(run.id > 0 && run.id < nextRun && ids.add(run.id), "run", run.id);
    }
  }

  private void checkPosition(Position position) {
    check(position.segment >= 0 && position.segment <= nextSegment, "segment", position.segment);
    check(
        position.offset >= 0
            && position.offset <= Location.MAX_SEGMENT_BYTES
            && position.offset % Location.ALIGNMENT == 0,
        "place in the log",
        position.offset);
  }

  private static void check(boolean isPossible, String what, long number) {
    check(isPossible, what + " " + number);
  }

  private static void check(boolean isPossible, String what) {
    if (!isPossible) {
      throw new IllegalArgumentException(what + " is not what is written");
    }
  }

  private static SegmentEntry segment(String name, String[] words) {
    Segment.Kind kind = words[0].equals("log") ? Segment.Kind.LOG : Segment.Kind.RELOCATED;
    Usage usage =
        new Usage(number(words, 8), number(words, 10), number(words, 12), number(words, 14));
    return new SegmentEntry(
        Integer.parseInt(name.substring(SEGMENT.length())),
        kind,
        number(words, 2),
        number(words, 4),
        number(words, 6),
        usage,
        words.length > HALVINGS_AT ? Math.toIntExact(number(words, HALVINGS_AT)) : 0,
        words.length > COPIED_AT && words[COPIED_AT].equals("true"));
  }

  private static RunEntry run(String name, String[] words) {
    return new RunEntry(
        Integer.parseInt(name.substring(RUN.length())), number(words, 1), number(words, 3));
  }

  private static long number(String[] words, int index) {
    return Long.parseLong(words[index]);
  }
}
