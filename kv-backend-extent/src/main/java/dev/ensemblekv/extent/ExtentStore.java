// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvMetric;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store: a {@link Log} that writes, an {@link Index} that finds, and an {@link Upkeep} that
 * sees to both.
 */
final class ExtentStore extends AbstractKvStore {
  private static final Logger LOG = LoggerFactory.getLogger(ExtentStore.class);

  /** Of no store, so that hundreds of stores do not have one for each thread. */
  private static final ThreadLocal<RecordReader> READERS =
      ThreadLocal.withInitial(RecordReader::new);

  /** So many entries a walk has in memory. */
  private static final int PART_ENTRIES = 128 << 10;

  /** With so many memtables waiting to be written, writers write them. */
  private static final int MOST_FROZEN = 2;

  /** A log of so many bytes is replayed at the next opening rather than written as a run. */
  private static final long SMALL_REPLAY_BYTES = 1 << 20;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final KeyHash.Function hashes;
  private final Pins pins = new Pins();
  private final Log log;
  private final Publisher publisher;
  private final Merger merger;
  private final Compactor compactor;
  private final Upkeep upkeep;
  private final Tail tail;

  ExtentStore(
      KvOpenContext context,
      StoreFiles files,
      Manifest manifest,
      Segments segments,
      Index index,
      KeyHash.Function hashes,
      Tail tail) {
    super(context, ExtentBackend.LIMITS, ExtentBackend.FEATURES);
    this.files = files;
    this.segments = segments;
    this.index = index;
    this.hashes = hashes;
    this.tail = tail;
    this.upkeep = new Upkeep(context.executor(), context.directory(), this::work);
    LogEvents events = new LogEvents();
    this.catalog = new Catalog(files, manifest, events::durable);
    Log.Limits sizes =
        new Log.Limits(
            context.option(ExtentOptions.SEGMENT_SIZE),
            Math.toIntExact(context.option(ExtentOptions.MEMTABLE_KEYS)),
            context.option(ExtentOptions.REPLAY_SIZE));
    this.log = new Log(files, catalog, segments, index, pins, tail, sizes, events);
    events.log = log;
    this.publisher = new Publisher(files, catalog, segments, index, log, events);
    this.merger = new Merger(files, catalog, index, log, publisher, pins);
    long rate = context.option(ExtentOptions.COMPACTION_RATE);
    this.compactor =
        new Compactor(
            this,
            files,
            catalog,
            segments,
            index,
            log,
            publisher,
            hashes,
            new Compactor.Settings(
                context.option(ExtentOptions.SPACE_PERCENT),
                context.option(ExtentOptions.SEGMENT_SIZE),
                bytes -> upkeep.pause(bytes, rate)));
  }

  /** What the log has done by others. */
  private final class LogEvents implements Log.Events {
    private volatile @Nullable Log log;

    /** Throws if the store has failed: then the manifest stays as it is, too. */
    Manifest.Position durable() {
      checkNotFailed();
      Log writer = log;
      return writer == null ? Manifest.Position.BEGINNING : writer.durable();
    }

    @Override
    public void halfFull() {
      upkeep.wake();
    }

    @Override
    public void frozen() {
      upkeep.wake();
    }

    @Override
    public void forced() {
      upkeep.markSoon(ExtentStore.this::mark);
    }

    @Override
    public void checkNotFailed() {
      ExtentStore.this.checkNotFailed();
    }

    @Override
    public KvException failed(String what, Path path, Throwable cause) {
      return ExtentStore.this.failed(what, path, cause);
    }
  }

  /** Makes the store {@link KvState#FAILED}; returns what to throw. */
  KvException failed(String what, Path path, Throwable cause) {
    return fail(
        new KvException(
            what + ": " + cause.getMessage() + "; close the store and open it again", path, cause));
  }

  Log log() {
    return log;
  }

  Compactor compactor() {
    return compactor;
  }

  /** Does one thing, and the next one when others who wait have had their turn. */
  private void work() throws IOException {
    if (upkeep.isClosed() || hasFailed()) {
      return;
    }
    log.prepareSpare();
    boolean more =
        publisher.publishOldest()
            || merger.mergeOnce(false, upkeep::isClosed)
            || compactor.compact(compactor.choose(), upkeep::isClosed);
    if (more) {
      upkeep.wake();
    } else if (pins.disposeOfWhatCanBe()) {
      upkeep.wakeLater();
    }
  }

  /** Merges the index into one run, which tells what is dead, and gives all that back. */
  @Override
  public KvTask compact() {
    return KvTask.start(
        context().executor(),
        "compact",
        "segments",
        progress -> {
          try {
            upkeep.exclusively(() -> compactAll(progress));
          } catch (IOException e) {
            throw DiskFiles.failure("the store cannot be compacted", context().directory(), e);
          }
        });
  }

  private void compactAll(KvTask.Progress progress) throws IOException {
    checkNotFailed();
    log.rollIfUsed();
    log.freeze();
    boolean more = true;
    while (more) {
      progress.advance(0);
      more = publisher.publishOldest();
    }
    BooleanSupplier cancelled =
        () -> {
          progress.advance(0);
          return upkeep.isClosed();
        };
    merger.mergeOnce(true, cancelled);
    int newer = catalog.current().nextSegment();
    List<Segment> victims = compactor.chooseAll(newer);
    while (compactor.compact(victims, cancelled)) {
      progress.advance(victims.size());
      victims = compactor.chooseAll(newer);
    }
    pins.disposeOfWhatCanBe();
  }

  /**
   * Gives the files second names, and so takes no time to speak of and no space, where the
   * directory is on the same file system; else copies them.
   */
  @Override
  public KvTask checkpoint(Path directory) {
    return context()
        .checkpoint(directory, "files", progress -> makeCheckpoint(directory, progress));
  }

  private void makeCheckpoint(Path directory, KvTask.Progress progress) {
    int pin = pins.enter(); // what is taken out of the manifest meanwhile is deleted later
    try {
      checkNotFailed();
      Manifest manifest = context().isReadOnly() ? catalog.current() : publisher.publishAll();
      new Checkpoint(files, files.in(directory)).run(manifest, progress);
    } catch (IOException e) {
      throw DiskFiles.failure("the checkpoint cannot be made", directory, e);
    } finally {
      pins.leave(pin);
      pins.disposeOfWhatCanBe();
    }
  }

  private void mark() throws IOException {
    if (!hasFailed() && log.isToBeMarked() && log.isBegun()) {
      log.mark();
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    limits().checkKey(key);
    KeyHash hash = hashes.of(key);
    return pinned(
        reader ->
            located(hash, reader, (segment, location) -> reader.value(segment, location, key)));
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> kvReader) {
    limits().checkKey(key);
    KeyHash hash = hashes.of(key);
    return pinned(
        reader ->
            located(
                hash,
                reader,
                (segment, location) -> reader.read(segment, location, key, kvReader)));
  }

  @Override
  public boolean exists(byte[] key) {
    limits().checkKey(key);
    return isPresent(hashes.of(key));
  }

  boolean isPresent(KeyHash hash) {
    return Boolean.TRUE.equals(pinned(reader -> locate(hash, reader) != Location.NONE));
  }

  /** What reads while nothing that it may find is closed. */
  private interface Reading<T> {
    @Nullable T run(RecordReader reader) throws IOException;
  }

  private <T> @Nullable T pinned(Reading<T> reading) {
    int pin = pins.enter();
    try {
      return reading.run(READERS.get());
    } catch (IOException e) {
      throw unreadable(e);
    } catch (InternalError e) { // how the JVM tells of a mapped page, perhaps a moment later
      throw unreadable(new IOException("a page of a mapped file cannot be read", e));
    } finally {
      pins.leave(pin);
    }
  }

  /**
   * Returns where the value of a key is, in a segment that is there as long as the caller is
   * pinned; {@link Location#NONE} if the key is absent.
   */
  private long locate(KeyHash hash, RecordReader reader) throws IOException {
    while (true) {
      Index.Version version = index.current();
      long location = version.find(hash, reader.bucket);
      if (location == Location.NONE || Location.isTombstone(location)) {
        return Location.NONE;
      }
      if (segments.find(Location.segment(location)) != null) {
        return location;
      }
      if (index.current().equals(version)) {
        throw new CorruptionException(
            "the index names " + Location.describe(location) + ", which is not there",
            context().directory(),
            null);
      }
    }
  }

  /** What is done with a record that was found. */
  private interface Use<T> {
    @Nullable T of(Segment segment, long location) throws IOException;
  }

  /** Uses the record of a key, if it is present; looks again if it is moved away meanwhile. */
  private <T> @Nullable T located(KeyHash hash, RecordReader reader, Use<T> use)
      throws IOException {
    long location = locate(hash, reader);
    while (location != Location.NONE) {
      Segment segment = segments.find(Location.segment(location));
      if (segment != null) {
        return use.of(segment, location);
      }
      location = locate(hash, reader);
    }
    return null;
  }

  private KvException unreadable(IOException e) {
    return DiskFiles.failure("the store cannot be read", context().directory(), e);
  }

  @Override
  protected boolean isAtomic() {
    return true;
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    KeyHash hash = hashes.of(key);
    if (value == null && !isPresent(hash)) {
      if (sync) {
        log.force(log.sequence()); // as durable as the delete before it must be
      }
      return;
    }
    int bodyCrc = Log.crc(key, value == null ? new byte[0] : value);
    write(
        RecordFormat.bytes(key.length, value == null ? 0 : value.length),
        () -> log.put(hash, key, value, bodyCrc),
        sync);
  }

  @Override
  protected boolean applyIf(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    KeyHash hash = hashes.of(key);
    byte[] value = replacement == null ? new byte[0] : replacement;
    int bodyCrc = Log.crc(key, value);
    long bytes = RecordFormat.bytes(key.length, value.length);
    boolean[] done = {false};
    Reading<Boolean> attempt =
        reader -> {
          long location = locate(hash, reader);
          Segment segment = segments.find(Location.segment(location));
          if (segment == null && location != Location.NONE) {
            return null;
          }
          byte[] found = segment == null ? null : reader.value(segment, location, key);
          if (!Arrays.equals(found, expected)) {
            return false;
          }
          if (found == null && replacement == null) {
            if (sync) {
              log.force(log.sequence()); // as for a delete
            }
            return true;
          }
          write(
              bytes,
              () -> {
                if (locate(hash, reader) == location) {
                  log.put(hash, key, replacement, bodyCrc);
                  done[0] = true;
                }
              },
              sync);
          return done[0] ? true : null; // null: it changed meanwhile
        };
    Boolean outcome = pinned(attempt);
    while (outcome == null) {
      outcome = pinned(attempt);
    }
    return outcome;
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    List<Mutation> mutations = new ArrayList<>(batch.count());
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            mutations.add(new Mutation(hashes.of(key), key, value, Log.crc(key, value)));
          }

          @Override
          public void delete(byte[] key) {
            mutations.add(new Mutation(hashes.of(key), key, null, Log.crc(key, new byte[0])));
          }
        });
    write(Log.batchBytes(mutations), () -> log.putAll(mutations), sync);
  }

  private void write(long bytes, Log.Writing writing, boolean sync) {
    try {
      while (index.current().frozen().size() >= MOST_FROZEN) {
        publisher.publishOldest();
      }
      long sequence = log.write(bytes, writing);
      if (sync) {
        log.force(sequence);
      }
    } catch (IOException e) {
      throw DiskFiles.failure("the write failed", context().directory(), e);
    }
  }

  @Override
  public void flush() {
    checkNotFailed();
    if (!context().isReadOnly()) {
      log.force(log.sequence());
      upkeep.throwUntold();
    }
  }

  @Override
  public KvCursor iterate() {
    return new ExtentCursor(this, parts());
  }

  List<HashRange> parts() {
    return HashRange.parts((int) (index.current().mostEntries() / PART_ENTRIES) + 1);
  }

  /** Returns the newest entries of a part of the hashes, tombstones included. */
  Entries entries(HashRange range) {
    return Objects.requireNonNull(pinned(reader -> index.current().entries(range)));
  }

  /** Returns key and value of an entry; {@code null} if it was deleted meanwhile. */
  byte @Nullable [][] pair(Entries entries, int at) {
    return pinned(
        reader -> {
          long location = entries.location(at);
          Segment segment = segments.find(Location.segment(location));
          KeyHash hash = new KeyHash(entries.order(at), entries.routing(at));
          return segment == null
              ? located(hash, reader, reader::pair)
              : reader.pair(segment, location);
        });
  }

  /** Reads the whole index, 28 bytes a key, and no record. */
  @Override
  public long size() {
    long keys = 0;
    for (HashRange part : parts()) {
      Entries entries = entries(part);
      for (int i = 0; i < entries.count(); i++) {
        keys += Location.isTombstone(entries.location(i)) ? 0 : 1;
      }
    }
    return keys;
  }

  @Override
  public KvTask verify() {
    return KvTask.start(context().executor(), "verify", "keys", this::verify);
  }

  private void verify(KvTask.Progress progress) {
    int pin = pins.enter(); // so that no file is closed while it is read
    try {
      new Verification(this, segments, index.current().runs(), hashes).run(parts(), progress);
    } finally {
      pins.leave(pin);
    }
  }

  @Override
  public KvStats stats() {
    Index.Version version = index.current();
    Manifest manifest = catalog.current();
    Usage usage =
        manifest.segments().stream()
            .map(Manifest.SegmentEntry::usage)
            .reduce(Usage.NONE, Usage::plus);
    long keys = usage.liveRecords() + version.active().count();
    long liveBytes = usage.liveBytes() + version.active().deltas().liveBytes();
    for (Index.Frozen frozen : version.frozen()) {
      keys += frozen.table().count();
      liveBytes += frozen.table().deltas().liveBytes();
    }
    KvStats.Builder stats = statsBuilder();
    KvException problem = upkeep.problem();
    if (problem != null && !hasFailed()) {
      stats.state(KvState.DEGRADED, "background work fails: " + problem.getMessage());
    }
    return stats
        .metric(
            KvMetric.upperBound(
                KvMetric.KEYS,
                keys,
                KvMetric.Unit.COUNT,
                "Number of live keys at most: what is superseded counts until it is found out."))
        .metric(
            KvMetric.upperBound(
                KvMetric.LIVE_BYTES,
                liveBytes,
                KvMetric.Unit.BYTES,
                "Bytes of live keys and values at most, their records rounded up."))
        .metric(gauge("deadBytes", usage.deadBytes(), "Bytes of records known as superseded."))
        .metric(count("segments", manifest.segments().size(), "Number of segment files."))
        .metric(count("runs", version.runs().size(), "Number of runs of the index on disk."))
        .metric(
            gauge(
                "indexBytes",
                version.runs().stream().mapToLong(Run::bytes).sum(),
                "Bytes of the index on disk."))
        .metric(count("memtableKeys", version.active().count(), "Keys in the newest memtable."))
        .metric(
            count("frozenMemtables", version.frozen().size(), "Memtables waiting to be written."))
        .metric(gauge("tornBytes", tail.tornBytes(), "Bytes that opening left off the log."))
        .metric(gauge("replayedBytes", tail.replayedBytes(), "Bytes of the log opening read."))
        .build();
  }

  private static KvMetric gauge(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.BYTES, text);
  }

  private static KvMetric count(String name, long value, String text) {
    return KvMetric.gauge(name, value, KvMetric.Unit.COUNT, text);
  }

  @Override
  public void close() {
    upkeep.close();
    IOException failure = null;
    RuntimeException cause = null;
    try {
      if (!context().isReadOnly() && !hasFailed()) {
        end();
      }
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) {
      cause = e;
    }
    failure = closeFiles(failure);
    if (cause != null) {
      throw cause;
    }
    if (failure != null) {
      throw DiskFiles.failure("the store was not closed well", context().directory(), failure);
    }
    checkNotFailed();
  }

  /** Leaves little or nothing to be replayed; on a full disk that may be more. */
  private void end() throws IOException {
    log.force(log.sequence());
    try {
      if (log.isBegun() && log.bytesSinceFreeze() > SMALL_REPLAY_BYTES) {
        log.freeze();
      }
      boolean more = true;
      while (more) {
        more = publisher.publishOldest();
      }
      log.end();
    } catch (IOException e) {
      if (!DiskFiles.isDiskFull(e)) {
        throw e;
      }
      LOG.warn(
          "the disk of store '{}' is full: all that was written is safe in its log, which the next"
              + " opening replays",
          context().storeName());
    }
  }

  private @Nullable IOException closeFiles(@Nullable IOException before) {
    IOException failure = before;
    pins.disposeOfWhatCanBe();
    for (Run run : index.current().runs()) {
      failure = close(run::close, failure);
    }
    for (Segment segment : segments.all()) {
      failure = close(segment::close, failure);
    }
    return failure;
  }

  private static @Nullable IOException close(Upkeep.Work close, @Nullable IOException before) {
    try {
      close.run();
      return before;
    } catch (IOException e) {
      if (before != null) {
        before.addSuppressed(e);
        return before;
      }
      return e;
    }
  }
}
