// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.HashSlice;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rebuilding of index and manifest from the segments, of which some may be damaged.
 *
 * <p>If the manifest is intact, the segments that it names count; else all there are. What is
 * intact in a damaged segment is copied to a new one, and the file stays under another name. Until
 * the new manifest replaces the old, nothing is changed but that names are added: a repair that was
 * cut short is begun again.
 */
final class Repair {
  static final String ASIDE = ".damaged";

  /** Nothing else tells a segment that is to be deleted from one that counts. */
  private static final String ALL_COUNT =
      " (with every segment that is there: if a crash kept some from being deleted, keys that were"
          + " deleted before it may be back)";

  private static final Pattern NUMBERS =
      Pattern.compile("(segment|run)-([0-9]{6,9})\\.(kv|idx)(\\" + ASIDE + ")?");

  private final KvOpenContext context;
  private final KvTask.Progress progress;
  private final StoreFiles files;
  private final TreeMap<Integer, Source> sources = new TreeMap<>();

  /** The last epoch of which something is there, of each branch. */
  private final TreeMap<Integer, Long> lastEpochs = new TreeMap<>(Map.of(0, 0L));

  private @Nullable Manifest former;
  private boolean isManifestDamaged;
  private int nextSegment = 1;
  private int nextRun = 1;
  private Manifest.Position durable = Manifest.Position.BEGINNING;

  private Repair(KvOpenContext context, KvTask.Progress progress) {
    this.context = context;
    this.progress = progress;
    this.files =
        new StoreFiles(context.disk(), context.directory(), context.storeId(), Mappings.NONE);
  }

  /** Repairs a store that nobody has open. */
  static void run(KvOpenContext context, KvTask.Progress progress) {
    Repair repair = new Repair(context, progress);
    try {
      repair.run();
    } catch (IOException e) {
      throw DiskFiles.failure("the store cannot be repaired", context.directory(), e);
    } finally {
      repair.close();
    }
  }

  private void close() {
    for (Source source : sources.values()) {
      try {
        source.close();
      } catch (IOException e) {
        // It was open for reading.
      }
    }
  }

  private void run() throws IOException {
    former = readManifest();
    countNames();
    openSources();
    checkRuns();
    guessEpochs();
    Manifest known = former;
    long epoch = nextEpoch();
    long seed = known == null ? Opening.seed(context) : known.seed();
    Relocation relocation =
        new Relocation(
            files, epoch, () -> nextSegment++, context.option(ExtentOptions.SEGMENT_SIZE));
    int mostKeys = Math.toIntExact(context.option(ExtentOptions.MEMTABLE_KEYS));
    try (RebuiltIndex index =
        new RebuiltIndex(files, epoch, () -> nextRun++, id -> segment(id, relocation), mostKeys)) {
      KeyHash.Function hashes = new KeyHash.Function(seed);
      Manifest rebuilt;
      try {
        rebuilt = rebuild(hashes, index, relocation, epoch, seed);
      } catch (IOException | RuntimeException | Error e) {
        relocation.abandon(e);
        throw e;
      }
      publish(rebuilt);
    } finally {
      for (Segment segment : relocation.created()) {
        segment.close();
      }
    }
  }

  private Segment segment(int id, Relocation relocation) throws IOException {
    Source source = sources.get(id);
    return source == null ? relocation.get(id) : source.segment();
  }

  private @Nullable Manifest readManifest() throws IOException {
    Path path = files.path(Manifest.NAME);
    try {
      Manifest manifest =
          Manifest.decode(DiskFiles.read(files.disk, path, Manifest.MAX_BYTES), path);
      nextSegment = manifest.nextSegment();
      nextRun = manifest.nextRun();
      durable = manifest.durable();
      return manifest;
    } catch (NoSuchFileException e) {
      progress.problem("the manifest is missing, and is made anew" + ALL_COUNT, path);
    } catch (CorruptionException e) {
      isManifestDamaged = true;
      progress.problem("the manifest is made anew" + ALL_COUNT + ": " + e.getMessage(), path);
    } catch (IOException e) {
      isManifestDamaged = true;
      progress.problem(
          "the manifest is made anew" + ALL_COUNT + ", as it cannot be read: " + e.getMessage(),
          path);
    }
    return null;
  }

  /** No number is given twice, not even that of a file that was set aside. */
  private void countNames() throws IOException {
    for (String name : files.disk.list(files.directory)) {
      Matcher matcher = NUMBERS.matcher(name);
      if (matcher.matches()) {
        int number = Integer.parseInt(matcher.group(2));
        nextSegment = Math.max(nextSegment, number + 1);
        nextRun = Math.max(nextRun, number + 1);
      }
    }
  }

  private List<Integer> numbers(String kind) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String name : files.disk.list(files.directory)) {
      Matcher matcher = NUMBERS.matcher(name);
      if (StoreFiles.isOurs(name) && matcher.matches() && matcher.group(1).equals(kind)) {
        numbers.add(Integer.valueOf(matcher.group(2)));
      }
    }
    return numbers;
  }

  private void saw(long epoch) {
    lastEpochs.merge(Epochs.branch(epoch), epoch, Math::max);
  }

  /** Without a manifest nobody knows whether a copy goes on in the branch of what is there. */
  private long nextEpoch() {
    Manifest known = former;
    return known == null
        ? Epochs.first(Epochs.drawBranch(context.random()))
        : Objects.requireNonNull(lastEpochs.get(Epochs.branch(known.epoch()))) + 1;
  }

  private void openSources() throws IOException {
    Manifest known = former;
    if (known != null) {
      saw(known.epoch());
      for (Manifest.SegmentEntry entry : known.segments()) {
        open(entry.id(), entry);
      }
    } else {
      for (int id : numbers("segment")) {
        open(id, null);
      }
    }
    sources.values().forEach(source -> saw(source.epoch()));
  }

  private void guessEpochs() throws IOException {
    for (Source source : sources.values()) {
      source.guessEpoch(List.copyOf(lastEpochs.values()));
      saw(source.epoch());
    }
  }

  private void open(int id, Manifest.@Nullable SegmentEntry entry) throws IOException {
    Path path = files.path(Segment.name(id));
    try {
      sources.put(id, Source.open(files, id, entry, progress));
    } catch (NoSuchFileException e) {
      progress.problem(
          "the segment is missing, with at most "
              + (entry == null ? 0 : entry.usage().liveRecords())
              + " records that counted",
          path);
    }
  }

  /** Tells what is damaged of the old index, though nothing of it is used. */
  private void checkRuns() throws IOException {
    Manifest known = former;
    for (int id : numbers("run")) {
      Path path = files.path(Run.name(id));
      Manifest.RunEntry entry =
          known == null
              ? null
              : known.runs().stream().filter(run -> run.id() == id).findFirst().orElse(null);
      if (known == null || entry != null) {
        saw(checkRun(id, entry, path));
      }
    }
    if (known != null) {
      for (Manifest.RunEntry entry : known.runs()) {
        Path path = files.path(Run.name(entry.id()));
        if (!files.disk.exists(path)) {
          progress.problem("a file of the index is missing; the index is made anew", path);
        }
      }
    }
  }

  /** Returns the epoch of the run; 0: nobody knows. */
  private long checkRun(int id, Manifest.@Nullable RunEntry entry, Path path) throws IOException {
    long epoch = entry == null ? 0 : entry.epoch();
    try {
      if (entry == null) {
        try (var file = files.open(path, false)) {
          byte[] header = files.findHeader(file, path, Run.MAGIC, id);
          epoch = header == null ? 0 : StoreFiles.epoch(header);
        }
      }
      Run run = Run.open(files, id, epoch, entry == null ? 0 : entry.entries());
      try {
        run.check(
            offset ->
                progress.problem(
                    "at byte "
                        + offset
                        + ": "
                        + Bucket.BYTES
                        + " bytes of the index are damaged; it is made anew",
                    path));
      } finally {
        run.close();
      }
    } catch (CorruptionException e) {
      progress.problem("the index is made anew: " + e.getMessage(), path);
    } catch (IOException e) {
      progress.problem("the index is made anew, as it cannot be read: " + e.getMessage(), path);
    }
    return epoch;
  }

  private Manifest rebuild(
      KeyHash.Function hashes, RebuiltIndex index, Relocation relocation, long epoch, long seed)
      throws IOException {
    Manifest known = former;
    HashSlice keys = known == null ? HashSlice.ALL : known.part().keys();
    Deltas written = new Deltas();
    long sequence = known == null ? 0 : known.sequence();
    long journal = known == null ? 0 : known.journal();
    for (Source source : sources.values()) {
      source.read(
          (scan, location) -> {
            KeyHash hash = hashes.of(scan.key());
            if (keys.contains(hash.routing())) {
              index.enter(hash, location);
              written.added(location);
            }
            progress.advance(1);
          });
      sequence = Math.max(sequence, source.greatestSequence());
      journal = Math.max(journal, source.greatestJournal());
      durable = source.durable(durable);
    }
    for (Source source : sources.values()) {
      source.checkEnd(durable, sources.tailMap(source.id(), false).values());
    }
    Map<Integer, Long> floors = new HashMap<>();
    for (Source source : sources.values()) {
      if (source.isDamaged()) {
        source.readAgain(
            scan -> {
              KeyHash hash = hashes.of(scan.key());
              if (!keys.contains(hash.routing())) {
                return;
              }
              long location = relocation.copy(scan);
              index.enter(hash, location);
              written.added(location);
              floors.merge(Location.segment(location), scan.sequence(), Math::min);
              progress.advance(0);
            });
      }
    }
    relocation.force();
    Deltas live = new Deltas();
    Manifest.RunEntry run = index.finish(live);
    Map<Integer, Usage> usages = usages(written, live);
    List<Manifest.SegmentEntry> entries = new ArrayList<>();
    for (Source source : sources.values()) {
      Usage usage = usages.getOrDefault(source.id(), Usage.NONE);
      if (!source.isDamaged() && usage.records() > 0) {
        entries.add(source.entry(usage));
      } else if (usage.liveRecords() > 0) {
        throw new CorruptionException(
            "what could be read of the segment at first could not be read again; repair the store"
                + " once more",
            source.path(),
            null);
      }
    }
    for (Segment segment : relocation.created()) {
      entries.add(
          new Manifest.SegmentEntry(
              segment.id(),
              segment.kind(),
              segment.epoch(),
              segment.end(),
              floors.getOrDefault(segment.id(), 0L),
              usages.getOrDefault(segment.id(), Usage.NONE)));
    }
    Manifest.Position end = new Manifest.Position(nextSegment, StoreFiles.HEADER_BYTES);
    return new Manifest(
        epoch,
        seed,
        nextSegment,
        nextRun,
        end,
        end,
        sequence + LogSegments.SEQUENCE_JUMP,
        journal,
        entries,
        run == null ? List.of() : List.of(run),
        new Manifest.Part(keys, 0));
  }

  private static Map<Integer, Usage> usages(Deltas written, Deltas live) {
    Map<Integer, Usage> usages = new HashMap<>();
    written.forEach(
        (id, all) ->
            usages.put(id, new Usage(all.records(), all.bytes(), all.records(), all.bytes())));
    live.forEach(
        (id, counted) ->
            usages.merge(id, new Usage(0, 0, -counted.records(), -counted.bytes()), Usage::plus));
    return usages;
  }

  private void publish(Manifest manifest) throws IOException {
    for (Source source : sources.values()) {
      if (source.isDamaged()) {
        setAside(source.path());
      }
    }
    if (isManifestDamaged) {
      setAside(files.path(Manifest.NAME));
    }
    files.disk.syncDirectory(files.directory);
    Catalog.create(files, manifest);
    new Catalog(files, manifest, () -> Manifest.Position.BEGINNING).deleteLeftOvers();
  }

  /** Gives a file a second name, which is that of no file of a store. */
  private void setAside(Path path) throws IOException {
    Path aside = path.resolveSibling(path.getFileName() + ASIDE);
    files.disk.delete(aside); // of a repair that was cut short
    DiskFiles.linkOrCopy(files.disk, path, aside, bytes -> progress.advance(0));
  }
}
