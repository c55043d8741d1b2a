// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.api.CorruptionException;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvState;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.api.StoreFullException;
import dev.ensemblekv.spi.AbstractKvStore;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.JournaledStore;
import dev.ensemblekv.spi.KvBean;
import dev.ensemblekv.spi.KvBudget;
import dev.ensemblekv.spi.KvOpenContext;
import dev.ensemblekv.spi.io.DiskFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store: a {@link Log} that writes, an {@link Index} that finds, and an {@link Upkeep} that
 * sees to both.
 */
final class ExtentStore extends AbstractKvStore implements JournaledStore {
  private static final Logger LOG = LoggerFactory.getLogger(ExtentStore.class);

  /** With so many memtables waiting to be written, writers write them. */
  private static final int MOST_FROZEN = 2;

  /** No record has this number. */
  private static final long FRUITFUL = -1;

  /** A log of so many bytes is replayed at the next opening rather than written as a run. */
  private static final long SMALL_REPLAY_BYTES = 1 << 20;

  private final StoreFiles files;
  private final Catalog catalog;
  private final Segments segments;
  private final Index index;
  private final KeyHash.Function hashes;
  private final Pins pins = new Pins();
  private final Lookup lookup;
  private final Reserve reserve;
  private final Log log;
  private final Publisher publisher;
  private final Merger merger;
  private final Compactor compactor;
  private final Upkeep upkeep;
  private final Backpressure backpressure;
  private final MappingKeeper mappings;
  private final Division division;
  private final Tail tail;
  private final KvBudget.Share share;

  private volatile boolean memoryWanted;

  private final ExtentEvents told; // used by the upkeep
  private volatile long compactionRate;

  /** When writes were last made durable; 0: not since the store was opened. */
  private volatile long forcedNanos;

  private boolean awaitsTurn; // guarded by the upkeep

  /** By turns, as under many writes there is always something to merge. */
  private boolean compactsNext; // guarded by the upkeep, which does one thing at a time

  /** The last record when nothing could be given back; {@link #FRUITFUL}: there may be more. */
  private long fruitless; // guarded by the upkeep

  ExtentStore(
      KvOpenContext context,
      StoreFiles files,
      MappingBudget.Share share,
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
    this.lookup = new Lookup(context.directory(), index, segments, hashes, pins);
    this.upkeep = new Upkeep(context.executor(), context.directory(), this::work);
    this.backpressure = new Backpressure(System::nanoTime, upkeep::pause);
    LogEvents events = new LogEvents();
    this.catalog = new Catalog(files, manifest, events::durable);
    long segmentBytes = context.option(ExtentOptions.SEGMENT_SIZE);
    Appender.Limits full =
        new Appender.Limits(
            Math.toIntExact(context.option(ExtentOptions.MEMTABLE_KEYS)),
            context.option(ExtentOptions.REPLAY_SIZE));
    this.reserve = new Reserve(files, catalog, segments, index);
    this.log =
        new Log(files, catalog, segments, index, pins, tail, segmentBytes, full, reserve, events);
    events.log = log;
    this.publisher = new Publisher(files, catalog, segments, index, log, events);
    this.merger = new Merger(files, catalog, index, log, publisher, pins, reserve);
    this.compactionRate = context.option(ExtentOptions.COMPACTION_RATE);
    this.told = new ExtentEvents(context.events());
    this.compactor =
        new Compactor(
            lookup,
            files,
            catalog,
            segments,
            index,
            log,
            publisher,
            hashes,
            events,
            reserve,
            new Compactor.Settings(
                context.option(ExtentOptions.SPACE_PERCENT), segmentBytes, this::moved));
    this.mappings = new MappingKeeper(segments, index, pins, share);
    mappings.onExceeded(upkeep::wake);
    this.division =
        new Division(files, catalog, index, lookup, log, publisher, merger, events, upkeep, pins);
    this.share = context.budget().join(new Member());
  }

  /** What the budget that is shared with other stores asks of this one. */
  private final class Member implements KvBudget.Member {
    @Override
    public long memoryBytes() {
      return index.current().memoryBytes();
    }

    @Override
    public void giveMemoryBack() {
      memoryWanted = true;
      upkeep.wake();
    }

    @Override
    public void mayBegin() {
      upkeep.wake();
    }
  }

  /** Lets go of the memtable if others need its memory: it is free when it has been published. */
  private void giveMemoryBack() {
    if (memoryWanted) {
      memoryWanted = false;
      log.freeze();
    }
  }

  /** Waits as compaction must after so many bytes: this store's, and that of all together. */
  private void moved(long bytes) {
    long nanos = (long) (1e9 * bytes / compactionRate);
    upkeep.pause(Math.max(nanos, share.written(bytes)));
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
    public void begun() {
      upkeep.wake();
    }

    @Override
    public void nextWanted() {
      upkeep.prepareSoon(() -> log().prepareNext());
    }

    @Override
    public void frozen() {
      upkeep.wake();
    }

    @Override
    public void rolled() {
      upkeep.syncSoon(ExtentStore.this::writeBack);
    }

    @Override
    public void forced() {
      forcedNanos = context().executor().nanoTime() | 1; // never 0
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
    try {
      workInTurn();
    } finally {
      share.end();
    }
  }

  private void workInTurn() throws IOException {
    if (upkeep.isClosed() || hasFailed()) {
      return;
    }
    mappings.update();
    if (!log.isBegun()) {
      return; // nothing was written since the store was opened: its files stay as they are
    }
    giveMemoryBack();
    boolean more = false;
    awaitsTurn = false;
    try {
      more = workOnce();
    } catch (CorruptionException e) {
      told.damaged(e);
      throw e;
    } finally {
      share.memoryChanged();
      if (!more && !awaitsTurn) {
        backpressure.release(); // nobody is held up for what does not go on
      }
    }
    if (more) {
      upkeep.wake();
    } else if (pins.disposeOfWhatCanBe()) {
      upkeep.wakeLater();
    }
  }

  private boolean workOnce() throws IOException {
    log.prepareNext();
    boolean published = publisher.publishOldest();
    if (reserve.isShort() || fruitless == FRUITFUL) {
      return makeRoom() || published;
    }
    awaitsTurn = !share.tryBegin();
    if (awaitsTurn) {
      return published;
    }
    compactsNext = !compactsNext;
    boolean more = compactsNext ? compactSome() || merge() : merge() || compactSome();
    return published || more;
  }

  /** Does not look for something to give back where nothing was and nothing was written since. */
  private boolean makeRoom() throws IOException {
    long sequence = log.sequence();
    if (sequence == fruitless) {
      return false;
    }
    log.freeze(); // what it supersedes is found when it is written
    publishFrozen(() -> {});
    boolean merged = merger.mergeOnce(true, upkeep::isClosed);
    boolean compacted =
        compact(compactor.choose(Compactor.Reason.SHORTAGE, Integer.MAX_VALUE), upkeep::isClosed);
    fruitless = merged || compacted ? FRUITFUL : sequence;
    return merged || compacted;
  }

  private boolean merge() throws IOException {
    return merger.mergeOnce(false, upkeep::isClosed);
  }

  private boolean compactSome() throws IOException {
    List<Segment> victims = compactor.choose();
    if (victims.isEmpty() || !compactor.isBehind()) {
      backpressure.release();
      return compact(victims, upkeep::isClosed);
    }
    if (backpressure.bytesPerSecond() == 0) {
      told.stalled();
    }
    return backpressure.around(() -> spaceGivenBack(victims));
  }

  /** Compacts; returns how many bytes that gave back, 0 if it was given up. */
  private long spaceGivenBack(List<Segment> victims) throws IOException {
    long before = victims.stream().mapToLong(Segment::end).sum() + compactor.movedBytes();
    boolean compacted = compact(victims, upkeep::isClosed);
    return compacted ? Math.max(1, before - compactor.movedBytes()) : 0;
  }

  private boolean compact(List<Segment> victims, BooleanSupplier cancelled) throws IOException {
    long bytes = victims.stream().mapToLong(Segment::end).sum();
    long before = compactor.movedBytes();
    boolean compacted = compactor.compact(victims, cancelled);
    if (compacted) {
      told.compacted(victims.size(), bytes, compactor.movedBytes() - before);
    }
    return compacted;
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
    publishFrozen(() -> progress.advance(0));
    BooleanSupplier cancelled =
        () -> {
          progress.advance(0);
          return upkeep.isClosed();
        };
    boolean merged = merger.mergeOnce(true, cancelled);
    int newer = catalog.current().nextSegment();
    List<Segment> victims = compactor.choose(Compactor.Reason.DEMAND, newer);
    while (compact(victims, cancelled)) {
      progress.advance(victims.size());
      merged |= merger.mergeOnce(merger.lacksRoom(), cancelled); // or there are many runs
      victims = compactor.choose(Compactor.Reason.DEMAND, newer);
    }
    if (!merged && merger.lacksRoom()) {
      throw new StoreFullException(
          "the disk has no room for the index once more, so not all that is superseded was found;"
              + " free some space and try again",
          context().directory(),
          null);
    }
    pins.disposeOfWhatCanBe();
  }

  private void publishFrozen(Runnable step) throws IOException {
    boolean more = true;
    while (more) {
      step.run();
      more = publisher.publishOldest();
    }
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
      progress.total(manifest.segments().size() + manifest.runs().size());
      new Checkpoint(files, files.in(directory)).run(manifest, progress::advance);
    } catch (IOException e) {
      throw DiskFiles.failure("the checkpoint cannot be made", directory, e);
    } finally {
      pins.leave(pin);
      pins.disposeOfWhatCanBe();
    }
  }

  /**
   * Keeps what is not durable small, so that neither a flush nor the kernel has much to do at once.
   */
  private void writeBack() {
    if (!hasFailed()) {
      log.forceRolled();
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
    return lookup.value(key);
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> kvReader) {
    limits().checkKey(key);
    return lookup.read(key, kvReader);
  }

  @Override
  public boolean exists(byte[] key) {
    limits().checkKey(key);
    return lookup.isPresent(hashes.of(key));
  }

  @Override
  protected boolean isAtomic() {
    return true;
  }

  @Override
  protected void apply(byte[] key, byte @Nullable [] value, boolean sync) {
    KeyHash hash = hashes.of(key);
    if (value == null && !lookup.isPresent(hash)) {
      if (sync) {
        log.force(log.sequence()); // as durable as the delete before it must be
      }
      return;
    }
    Mutation mutation = Mutation.of(hash, key, value);
    write(mutation.recordBytes(), use(mutation), end -> end.put(mutation), sync);
    backpressure.written(mutation.recordBytes());
  }

  @Override
  protected boolean applyIf(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement, boolean sync) {
    Mutation mutation = Mutation.of(hashes.of(key), key, replacement);
    Boolean outcome = null;
    while (outcome == null) {
      outcome = lookup.pinned(reader -> tryApplyIf(reader, mutation, expected, sync));
    }
    return outcome;
  }

  /** Returns {@code null} if the key changed meanwhile. */
  private @Nullable Boolean tryApplyIf(
      RecordReader reader, Mutation mutation, byte @Nullable [] expected, boolean sync)
      throws IOException {
    long location = lookup.locate(mutation.hash(), reader);
    Segment segment = segments.find(Location.segment(location));
    if (segment == null && location != Location.NONE) {
      return null;
    }
    byte[] found = segment == null ? null : reader.value(segment, location, mutation.key());
    if (!Arrays.equals(found, expected)) {
      return false;
    }
    if (found == null && mutation.value() == null) {
      if (sync) {
        log.force(log.sequence()); // as for a delete
      }
      return true;
    }
    boolean[] done = {false};
    write(
        mutation.recordBytes(),
        use(mutation),
        end -> {
          if (lookup.locate(mutation.hash(), reader) == location) {
            end.put(mutation);
            done[0] = true;
          }
        },
        sync);
    return done[0] ? true : null;
  }

  @Override
  protected void applyAll(KvBatch batch, boolean sync) {
    applyAll(batch, 0, sync);
  }

  @Override
  public void writeJournaled(KvBatch batch, long number) {
    write(batch, () -> applyAll(batch, number, false));
  }

  @Override
  public long journalNumber() {
    return log.journal();
  }

  private void applyAll(KvBatch batch, long number, boolean sync) {
    List<Mutation> mutations = new ArrayList<>(batch.count());
    batch.replay(
        new KvBatch.Handler() {
          @Override
          public void put(byte[] key, byte[] value) {
            mutations.add(Mutation.of(hashes.of(key), key, value));
          }

          @Override
          public void delete(byte[] key) {
            mutations.add(Mutation.of(hashes.of(key), key, null));
          }
        });
    long bytes = Mutation.recordBytes(mutations);
    boolean puts = mutations.stream().anyMatch(mutation -> mutation.value() != null);
    Reserve.Use use = puts ? Reserve.Use.PUT : Reserve.Use.DELETE;
    write(bytes, use, end -> end.putAll(mutations, number), sync);
    backpressure.written(bytes);
  }

  private static Reserve.Use use(Mutation mutation) {
    return mutation.value() == null ? Reserve.Use.DELETE : Reserve.Use.PUT;
  }

  private void write(long bytes, Reserve.Use use, Appender.Writing writing, boolean sync) {
    try {
      if (share.isMemoryShort()) {
        giveMemoryBack();
      }
      while (mustPublish(index.current().frozenCount())) {
        publisher.publishOldest();
      }
      long sequence = append(bytes, use, writing);
      files.wrote(bytes);
      share.memoryChanged();
      if (sync) {
        log.force(sequence);
      }
    } catch (IOException e) {
      if (DiskFiles.isDiskFull(e)) {
        throw DiskFiles.failure("the write failed", context().directory(), e);
      }
      throw failed("the write failed", context().directory(), e); // what comes next may, too
    }
  }

  private boolean mustPublish(int frozen) {
    return frozen >= MOST_FROZEN || (frozen > 0 && share.isMemoryShort());
  }

  /** Writes; where a delete finds no space, it waits for what others have deleted to give some. */
  private long append(long bytes, Reserve.Use use, Appender.Writing writing) throws IOException {
    long needed = bytes + Appender.END_BYTES;
    boolean toldOfRoom = false;
    while (true) {
      try {
        return log.write(bytes, use, writing);
      } catch (StoreFullException e) {
        upkeep.wakeLater(); // there may be something to give back
        boolean made = use == Reserve.Use.DELETE && log.isBegun() && isSpaceMade();
        boolean hasRoom = use == Reserve.Use.DELETE && reserve.hasRoom(use, needed);
        if (!made && (!hasRoom || toldOfRoom)) {
          throw e;
        }
        toldOfRoom |= !made; // by others, or the disk tells of space that it does not give
      }
    }
  }

  private boolean isSpaceMade() throws IOException {
    boolean[] made = {false};
    upkeep.exclusively(() -> made[0] = makeRoom());
    pins.disposeOfWhatCanBe();
    return made[0];
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
    return new ExtentCursor(lookup);
  }

  /** Reads the whole index, 28 bytes a key, and no record. */
  @Override
  public long size() {
    long keys = 0;
    for (HashRange part : lookup.parts()) {
      Entries entries = lookup.entries(part);
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
      new Verification(lookup, segments, index.current().runs(), hashes).run(progress);
    } finally {
      pins.leave(pin);
    }
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    if (type == KvBean.Source.class) {
      KvBean.Source source =
          stats ->
              List.of(new KvBean(ExtentBackend.ENGINE_BEAN, ExtentEngineMXBean.class, new Bean()));
      return Optional.of(type.cast(source));
    }
    return type == DivisibleStore.class && !context().isReadOnly()
        ? Optional.of(type.cast(division))
        : super.unwrap(type);
  }

  @Override
  public KvStats stats() {
    KvStats.Builder stats = statsBuilder();
    KvException problem = upkeep.problem();
    if (problem != null && !hasFailed()) {
      stats.state(KvState.DEGRADED, "background work fails: " + problem.getMessage());
    }
    ExtentMetrics.of(index.current(), catalog.current(), tail, backpressure).forEach(stats::metric);
    ExtentMetrics.ofFiles(
            catalog.current(), segments.all(), index.current().runs(), files, log.durable())
        .forEach(stats::metric);
    long forced = forcedNanos;
    if (forced != 0) {
      stats.metric(ExtentMetrics.syncAge(context().executor().nanoTime() - forced));
    }
    return stats.build();
  }

  /** What can be steered. */
  private final class Bean implements ExtentEngineMXBean {
    @Override
    public long getCompactionRateBytesPerSecond() {
      return compactionRate;
    }

    @Override
    public void setCompactionRateBytesPerSecond(long bytesPerSecond) {
      compactionRate = ExtentOptions.COMPACTION_RATE.check(bytesPerSecond);
    }
  }

  @Override
  public void close() {
    upkeep.close();
    share.close();
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
      publishFrozen(() -> {});
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
    mappings.close();
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
