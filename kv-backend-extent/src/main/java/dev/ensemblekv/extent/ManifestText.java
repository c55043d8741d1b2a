// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.extent.Manifest.Part;
import dev.ensemblekv.extent.Manifest.Position;
import dev.ensemblekv.extent.Manifest.RunEntry;
import dev.ensemblekv.extent.Manifest.SegmentEntry;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.spi.io.CheckedText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text of a {@link Manifest}: a line for each number, segment and run. */
final class ManifestText {
  static final int VERSION = 1;
  private static final String KIND = "extent";
  private static final String HASH = "xxh3-64";
  private static final String SEGMENT = "segment.";
  private static final String RUN = "run.";
  private static final String KEYS = "keys";
  private static final int HALVINGS_AT = 16;
  private static final int COPIED_AT = 18;

  private ManifestText() {}

  static byte[] encode(Manifest manifest) {
    return CheckedText.encode(KIND, VERSION, fields(manifest));
  }

  private static Map<String, String> fields(Manifest manifest) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("hash", HASH);
    fields.put("seed", HexFormat.of().toHexDigits(manifest.seed()));
    fields.put("epoch", String.valueOf(manifest.epoch()));
    fields.put("nextSegment", String.valueOf(manifest.nextSegment()));
    fields.put("nextRun", String.valueOf(manifest.nextRun()));
    fields.put("checkpoint", manifest.checkpoint().toString());
    fields.put("durable", manifest.durable().toString());
    fields.put("sequence", String.valueOf(manifest.sequence()));
    if (manifest.journal() != 0) {
      fields.put("journal", String.valueOf(manifest.journal()));
    }
    Part part = manifest.part();
    if (!part.equals(Part.WHOLE)) {
      fields.put(KEYS, part.keys() + " firstRun " + part.firstRun());
    }
    for (SegmentEntry entry : manifest.segments()) {
      fields.put(StoreFiles.name(SEGMENT, entry.id(), ""), words(entry));
    }
    for (RunEntry run : manifest.runs()) {
      fields.put(
          StoreFiles.name(RUN, run.id(), ""), "epoch " + run.epoch() + " entries " + run.entries());
    }
    return fields;
  }

  private static String words(SegmentEntry entry) {
    Usage usage = entry.usage();
    return (entry.kind() == Segment.Kind.LOG ? "log" : "relocated")
        + (" epoch " + entry.epoch())
        + (" end " + entry.end())
        + (" floor " + entry.floor())
        + (" records " + usage.records())
        + (" bytes " + usage.bytes())
        + (" deadRecords " + usage.deadRecords())
        + (" deadBytes " + usage.deadBytes())
        + (entry.halvings() == 0 && !entry.copied()
            ? ""
            : " halvings " + entry.halvings() + " copied " + entry.copied());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws CorruptionException if the bytes are something else
   */
  static Manifest decode(byte[] bytes, Path path) {
    CheckedText text = CheckedText.decode(bytes, path, KIND, VERSION);
    if (!text.get("hash").equals(HASH)) {
      throw new CorruptionException("the hash '" + text.get("hash") + "' is unknown", path, null);
    }
    try {
      Manifest manifest = parse(text);
      manifest.checkInvariants();
      if (!text.fields().entrySet().containsAll(fields(manifest).entrySet())) {
        throw new IllegalArgumentException("a field is not what is written");
      }
      return manifest;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new CorruptionException("the manifest does not make sense: " + e, path, e);
    }
  }

  private static Manifest parse(CheckedText text) {
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
    return new Manifest(
        Long.parseLong(text.get("epoch")),
        Long.parseUnsignedLong(text.get("seed"), 16),
        text.getInt("nextSegment"),
        text.getInt("nextRun"),
        position(text.get("checkpoint")),
        position(text.get("durable")),
        Long.parseLong(text.get("sequence")),
        Long.parseLong(text.fields().getOrDefault("journal", "0")),
        segments,
        runs,
        part(text.fields().get(KEYS)));
  }

  private static Position position(String text) {
    int at = text.indexOf('@');
    return new Position(
        Integer.parseInt(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
  }

  private static Part part(@Nullable String value) {
    if (value == null) {
      return Part.WHOLE;
    }
    String[] words = value.split(" ", -1);
    return new Part(HashSlice.parse(words[0]), Integer.parseInt(words[2]));
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
