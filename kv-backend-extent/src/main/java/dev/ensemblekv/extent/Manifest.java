// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
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
    List<RunEntry> runs) {
  static final String NAME = "MANIFEST";
  static final int VERSION = 1;
  static final int MAX_BYTES = 64 << 20;

  private static final String KIND = "extent";
  private static final String HASH = "xxh3-128";
  private static final String SEGMENT = "segment.";
  private static final String RUN = "run.";

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
   */
  record SegmentEntry(int id, Segment.Kind kind, long epoch, long end, long floor, Usage usage) {
    static final long OPEN = -1;

    SegmentEntry endingAt(long newEnd) {
      return new SegmentEntry(id, kind, epoch, newEnd, floor, usage);
    }

    SegmentEntry plus(Usage more) {
      return new SegmentEntry(id, kind, epoch, end, floor, usage.plus(more));
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
        1, seed, 1, 1, Position.BEGINNING, Position.BEGINNING, 0, 0, List.of(), List.of());
  }

  Manifest withEpoch(long newEpoch) {
    return new Manifest(
        newEpoch, seed, nextSegment, nextRun, checkpoint, durable, sequence, journal, segments, runs);
  }

  Manifest withDurable(Position newDurable) {
    return new Manifest(
        epoch, seed, nextSegment, nextRun, checkpoint, newDurable, sequence, journal, segments, runs);
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
        runs);
  }

  Manifest withSegments(List<SegmentEntry> newSegments) {
    return new Manifest(
        epoch, seed, nextSegment, nextRun, checkpoint, durable, sequence, journal, newSegments, runs);
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
        runs);
  }

  Manifest withRuns(List<RunEntry> newRuns) {
    int next = nextRun;
    for (RunEntry run : newRuns) {
      next = Math.max(next, run.id + 1);
    }
    return new Manifest(
        epoch, seed, nextSegment, next, checkpoint, durable, sequence, journal, segments, newRuns);
  }

  Manifest withoutSegments(Collection<Integer> dropped) {
    return withSegments(segments.stream().filter(entry -> !dropped.contains(entry.id)).toList());
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
              + (" deadBytes " + usage.deadBytes()));
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
              runs);
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
      check(entry.id > 0 && entry.id < nextSegment && ids.add(entry.id), "segment", entry.id);
    }
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
        usage);
  }

  private static RunEntry run(String name, String[] words) {
    return new RunEntry(
        Integer.parseInt(name.substring(RUN.length())), number(words, 1), number(words, 3));
  }

  private static long number(String[] words, int index) {
    return Long.parseLong(words[index]);
  }
}
