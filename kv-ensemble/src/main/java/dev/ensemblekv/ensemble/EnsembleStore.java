// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.Durability;
import dev.ensemblekv.api.KeyRange;
import dev.ensemblekv.api.KvBatch;
import dev.ensemblekv.api.KvCursor;
import dev.ensemblekv.api.KvException;
import dev.ensemblekv.api.KvFeature;
import dev.ensemblekv.api.KvLimits;
import dev.ensemblekv.api.KvReader;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.ensemble.RoutingTable.Slot;
import dev.ensemblekv.spi.DivisibleStore;
import dev.ensemblekv.spi.KvBean;
import dev.ensemblekv.spi.KvDirectories;
import dev.ensemblekv.spi.KvOpenContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One store over many substores: each key has one owner by its hash.
 *
 * <p>A read asks the owner, and again if it missed and the table has changed meanwhile, as the key
 * may have moved. A write takes the stripe of its key at the owner, makes sure that this is still
 * the owner, and writes. Locks are taken in this order: stripes by ascending substore and number,
 * then those of {@link Topology}, then those of the engines.
 */
final class EnsembleStore implements KvStore {
  private static final Logger LOG = LoggerFactory.getLogger(EnsembleStore.class);

  /** After a failure to record the bounds of the substores, until that is tried again. */
  private static final Duration RECORD_PAUSE = Duration.ofSeconds(10);

  /** More than a substore of any engine opens at once, with something left for others. */
  private static final int LEAST_HANDLES = 64;

  private final KvOpenContext context;
  private final Topology topology;
  private final Roots roots;
  private final KeyHash hash;
  private final Growth growth;
  private final Budget budget;
  private final Backpressure backpressure;
  private final @Nullable Journal journal;
  private final EnsembleControl control;
  private final Set<KvFeature> features;
  private final KvLimits limits;
  private final Map<Integer, String> unsplittable = new ConcurrentHashMap<>();
  private final AtomicBoolean recordPending = new AtomicBoolean();

  /**
   * Creates the store.
   *
   * @param nextEntry the number of the next batch in the journal
   * @param budget that the substores share
   */
  EnsembleStore(
      KvOpenContext context,
      Topology topology,
      Roots roots,
      KeyHash hash,
      long nextEntry,
      Budget budget) {
    this.context = context;
    this.topology = topology;
    this.roots = roots;
    this.hash = hash;
    this.growth =
        new Growth(
            context.executor(),
            this::split,
            () -> topology.failure() != null,
            context.option(EnsembleOptions.SPLIT_RATE),
            new GrowthEvents(context.events()));
    this.backpressure =
        new Backpressure(context.option(EnsembleOptions.MAX_STALL), growth, context.events());
    KvStore first = topology.table().slots().get(0).substore().store();
    boolean journals = isAtomic(first);
    this.journal = journals && !context.isReadOnly() ? newJournal(nextEntry) : null;
    this.features =
        Collections.unmodifiableSet(EnsembleBackend.featuresOver(first.features(), journals));
    this.limits = first.limits();
    this.budget = budget;
    this.control = new Control(context, this, growth, budget);
  }

  private boolean isAtomic(KvStore any) {
    return context.option(EnsembleOptions.ATOMIC_BATCHES)
        && any.features().contains(KvFeature.ATOMIC_BATCH)
        && topology.substores().stream().allMatch(Substore::isJournaled);
  }

  private Journal newJournal(long nextEntry) {
    return new Journal(
        context.disk(),
        context.directory(),
        context.storeId(),
        nextEntry,
        context.option(EnsembleOptions.JOURNAL_SIZE),
        context.executor(),
        new Journal.Owner() {
          @Override
          public void checkNotFailed() {
            topology.checkNotFailed();
          }

          @Override
          public KvException fail(KvException cause) {
            return topology.fail(cause);
          }

          @Override
          public void flushSubstores() {
            EnsembleStore.this.flushSubstores();
          }
        });
  }

  /** Takes up what was left to do when the ensemble was last open. */
  void startGrowth() {
    topology
        .manifest()
        .entries()
        .forEach(
            (id, entry) -> {
              if (entry.role() == Manifest.Role.COPYING) {
                growth.add(discarding(id));
              }
            });
    for (Slot slot : topology.table().slots()) {
      if (slot.holdsForeignKeys()) {
        growth.add(cleaning(slot.substore()));
      }
      wantSplitIfFull(slot.substore());
    }
  }

  private GrowthJob split(Growth.SplitRequest request) {
    backpressure.splitBegins();
    return new SplitJob(this, request, progress());
  }

  GrowthJob cleaning(Substore donor) {
    return new CleaningJob(this, donor, topology.pinnedOldTables(), progress());
  }

  GrowthJob discarding(int id) {
    return new DiscardingJob(this, id, progress());
  }

  private JobProgress progress() {
    return new JobProgress(context.executor());
  }

  Topology topology() {
    return topology;
  }

  KeyHash hash() {
    return hash;
  }

  KvStore createSubstore(int id, Root root) {
    return context.createInner(root.substore(id), Manifest.name(id));
  }

  /** Creates a substore of what a donor hands over, in the root of the donor. */
  KvStore copySubstore(Substore donor, int id, Root root, Consumer<Path> copying) {
    return context.copyInner(
        root.substore(donor.id()), root.substore(id), Manifest.name(id), copying);
  }

  /** Returns the substore as one that can be divided as the ensemble divides its keys. */
  Optional<DivisibleStore> divisible(Substore substore) {
    return substore
        .store()
        .unwrap(DivisibleStore.class)
        .filter(store -> store.isHashedWith(hash.seed()));
  }

  boolean areSplitsNative() {
    return context.option(EnsembleOptions.NATIVE_SPLITS);
  }

  void destroySubstore(int id) {
    context.destroyInner(roots.get(topology.root(id)).substore(id));
  }

  Root home() {
    return roots.get(Root.HOME);
  }

  /** Chooses the root of a new substore that will soon have to take some bytes. */
  Root place(long bytes) {
    return roots.place(bytes, topology.roots());
  }

  /**
   * Looks whether this process may open as many files as one more substore may take.
   *
   * @throws SplitFailedException if not
   */
  void checkHandles() {
    long free = context.disk().freeHandles();
    if (free < LEAST_HANDLES) {
      throw new SplitFailedException(
          "this process may open only "
              + free
              + " more files, and a new substore is only begun with "
              + LEAST_HANDLES
              + "; raise the limit (ulimit -n)",
          null);
    }
  }

  boolean isAtMaxSubstores() {
    return topology.table().slots().size() >= context.option(EnsembleOptions.MAX_SUBSTORES);
  }

  /** Notes why a substore over its limit is not split; {@code null}: nothing is in the way. */
  void unsplittable(Substore substore, @Nullable String obstacle) {
    if (obstacle == null) {
      unsplittable.remove(substore.id());
    } else {
      unsplittable.put(substore.id(), obstacle);
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    int bits = hash.bits(key);
    while (true) {
      RoutingTable table = topology.table();
      Substore owner = table.route(bits).substore();
      byte[] value = get(owner, key);
      if (value != null || table == topology.table()) {
        return value;
      }
    }
  }

  /** Without an object for what is done, as this is what is called most. */
  private byte @Nullable [] get(Substore owner, byte[] key) {
    try {
      return owner.get(key);
    } catch (KvException e) {
      throw located(e, "get", owner);
    }
  }

  @Override
  public <R> @Nullable R read(byte[] key, KvReader<R> reader) {
    int bits = hash.bits(key);
    boolean[] found = new boolean[1];
    while (true) {
      RoutingTable table = topology.table();
      Substore owner = table.route(bits).substore();
      R result =
          read(
              owner,
              "read",
              () ->
                  owner.<R>read(
                      key,
                      value -> {
                        found[0] = true;
                        return reader.read(value);
                      }));
      if (found[0] || table == topology.table()) {
        return result;
      }
    }
  }

  @Override
  public boolean exists(byte[] key) {
    int bits = hash.bits(key);
    while (true) {
      RoutingTable table = topology.table();
      Substore owner = table.route(bits).substore();
      Boolean present = read(owner, "exists", () -> owner.exists(key));
      if (Boolean.TRUE.equals(present) || table == topology.table()) {
        return Boolean.TRUE.equals(present);
      }
    }
  }

  /** What is done with a store, and may find nothing. */
  private interface Reading<R> {
    @Nullable R read();
  }

  private <R> @Nullable R read(Substore owner, String operation, Reading<R> reading) {
    try {
      return reading.read();
    } catch (KvException e) {
      throw located(e, operation, owner);
    }
  }

  private KvException located(KvException e, String operation, Substore substore) {
    e.locate(operation, context.storeName() + "/" + substore.name());
    return e;
  }

  @Override
  public void put(byte[] key, byte[] value) {
    int bits = hash.bits(key);
    Substore owner =
        write(
            bits,
            "put",
            substore -> {
              substore.apply(bits, key, value);
              substore.size().add(1, (long) key.length + value.length);
            });
    grown(owner);
  }

  @Override
  public void delete(byte[] key) {
    int bits = hash.bits(key);
    write(bits, "delete", substore -> substore.apply(bits, key, null));
  }

  @Override
  public boolean compareAndSet(
      byte[] key, byte @Nullable [] expected, byte @Nullable [] replacement) {
    int bits = hash.bits(key);
    boolean[] replaced = new boolean[1];
    Substore owner =
        write(
            bits,
            "compareAndSet",
            substore -> {
              replaced[0] = substore.compareAndSet(bits, key, expected, replacement);
              if (replaced[0] && replacement != null) {
                substore.size().add(1, (long) key.length + replacement.length);
              }
            });
    grown(owner);
    return replaced[0];
  }

  /** A write to one substore, which counts what it puts. */
  private interface Writing {
    void write(Substore owner);
  }

  /**
   * Runs a write under the stripe of its key at the substore that owns it; returns that. Under the
   * stripe it is also certain that no cutover has failed halfway: then nobody knows the owner.
   */
  private Substore write(int bits, String operation, Writing writing) {
    RoutingTable table = topology.table();
    Substore owner = table.route(bits).substore();
    backpressure.await(owner);
    while (true) {
      ReentrantLock lock = owner.stripes().of(bits);
      lock.lock();
      try {
        topology.checkNotFailed();
        if (topology.table() == table) {
          writing.write(owner);
          return owner;
        }
      } catch (KvException e) {
        throw located(e, operation, owner);
      } finally {
        lock.unlock();
      }
      table = topology.table();
      owner = table.route(bits).substore();
    }
  }

  @Override
  public void write(KvBatch batch, Durability durability) {
    BatchParts written = null;
    backpressure.await(BatchParts.of(batch, topology.table(), hash).substores());
    while (written == null) {
      RoutingTable table = topology.table();
      BatchParts parts = BatchParts.of(batch, table, hash);
      parts.lock();
      try {
        topology.checkNotFailed();
        if (table == topology.table()) {
          write(batch, parts, table, durability);
          written = parts;
        }
      } catch (KvException e) {
        e.locate("write", context.storeName());
        throw e;
      } finally {
        parts.unlock();
      }
    }
    written.substores().forEach(this::grown);
  }

  /**
   * What is in the journal is durable, so that no part needs to be. One of keys of a single
   * substore goes there too, or a crash could take it away while a later one stays that has a key
   * of it, and only half of it would seem to be missing.
   */
  private void write(KvBatch batch, BatchParts parts, RoutingTable table, Durability durability) {
    if (journal == null || batch.count() < 2 || table.slots().size() == 1) {
      parts.write(durability);
      return;
    }
    parts.settle();
    journal.write(
        batch,
        number -> parts.writeJournaled(number, (e, substore) -> located(e, "write", substore)));
  }

  /** Looks whether a substore has grown so far that something is to be done in the background. */
  private void grown(Substore substore) {
    wantSplitIfFull(substore);
    if (substore.size().isRecordDue() && recordPending.compareAndSet(false, true)) {
      try {
        context.executor().execute(this::recordBounds);
      } catch (RejectedExecutionException e) {
        recordLater(e);
      }
    }
  }

  /** Asks for a split of a substore whose bounds have reached their mark. */
  void wantSplitIfFull(Substore substore) {
    if (substore.size().isMarkReached() && !substore.isSplitWanted()) {
      growth.want(substore, false);
    }
  }

  private void recordBounds() {
    try {
      topology.recordBounds();
      recordPending.set(false);
    } catch (KvException e) {
      recordLater(e);
    }
  }

  private void recordLater(RuntimeException failure) {
    LOG.warn("the sizes of the substores cannot be recorded now", failure);
    context.executor().schedule(() -> recordPending.set(false), RECORD_PAUSE);
  }

  /** Counts by what the engines know, or a walk over those that hold foreign keys. */
  @Override
  public long size() {
    RoutingTable table = pin();
    try {
      long keys = 0;
      for (Slot slot : table.slots()) {
        keys += slot.holdsForeignKeys() ? count(slot) : slot.substore().settled().size();
      }
      return keys;
    } finally {
      unpin(table);
    }
  }

  private long count(Slot slot) {
    long keys = 0;
    try (KvCursor cursor = owned(slot, slot.substore().settled().iterate())) {
      while (cursor.next()) {
        keys++;
      }
    }
    return keys;
  }

  @Override
  public KvCursor iterate() {
    RoutingTable table = pin();
    return new ChainedCursor(
        table, slot -> owned(slot, slot.substore().settled().iterate()), () -> unpin(table));
  }

  @Override
  public KvCursor scan(KeyRange range) {
    if (!features.contains(KvFeature.ORDERED)) {
      throw KvFeature.ORDERED.unsupported("scan");
    }
    RoutingTable table = pin();
    List<KvCursor> cursors = new ArrayList<>();
    try {
      for (Slot slot : table.slots()) {
        cursors.add(owned(slot, slot.substore().settled().scan(range)));
      }
      return new MergingCursor(cursors, range.isReverse(), () -> unpin(table));
    } catch (RuntimeException | Error e) {
      try {
        cursors.forEach(KvCursor::close);
      } finally {
        unpin(table);
      }
      throw e;
    }
  }

  private KvCursor owned(Slot slot, KvCursor cursor) {
    return slot.holdsForeignKeys() ? new OwnedCursor(cursor, slot.region(), hash) : cursor;
  }

  /** Returns the present table, pinned: the substores keep the keys it routes to them. */
  RoutingTable pin() {
    while (true) {
      RoutingTable table = topology.table();
      table.pin();
      if (table == topology.table()) {
        return table;
      }
      unpin(table); // a chore may have taken this pin for one that counts
    }
  }

  void unpin(RoutingTable table) {
    if (table.unpin() && table != topology.table()) {
      growth.kick();
    }
  }

  /** Flushes all substores, even if one fails; throws the first failure. */
  @Override
  public void flush() {
    topology.checkNotFailed();
    long journaled = journal == null ? 0 : journal.position();
    flushSubstores();
    if (journal != null) {
      journal.release(journaled);
    }
  }

  private void flushSubstores() {
    List<Substore> substores = topology.table().slots().stream().map(Slot::substore).toList();
    Parallel.throwFirst(onEach(substores, "flush", substore -> substore.settled().flush()));
  }

  /** Does something with each substore; returns what was thrown, located. */
  private List<Throwable> onEach(
      List<Substore> substores, String operation, Consumer<Substore> action) {
    return Parallel.forEach(
        context.executor(),
        substores,
        substore -> {
          try {
            action.accept(substore);
          } catch (KvException e) {
            throw located(e, operation, substore);
          }
        });
  }

  /**
   * Verifies every substore, that every key is in the one that owns it, and only there, and every
   * entry of the journal.
   */
  @Override
  public KvTask verify() {
    return KvTask.start(
        context.executor(), "verify", "keys", progress -> Verification.run(this, progress));
  }

  /**
   * Checks the journal: here what was written since the opening, which read and checked what a
   * crash had left; where nothing is written, that again.
   */
  void verifyJournal(KvTask.Progress progress) {
    if (journal != null) {
      journal.verify(progress);
    } else if (context.isReadOnly()) {
      new JournalRecovery(context, topology.table(), hash, null).run();
    }
  }

  @Override
  public KvTask compact() {
    if (!features.contains(KvFeature.COMPACT)) {
      throw KvFeature.COMPACT.unsupported("compact");
    }
    return KvTask.start(
        context.executor(),
        "compact",
        "substores",
        progress -> {
          for (Slot slot : topology.table().slots()) {
            Verification.runInner(slot.substore().store().compact(), progress);
          }
        });
  }

  @Override
  public KvStats stats() {
    KvStats.Builder stats = KvStats.builder(context.spec(), context.storeName());
    budget.addTo(stats);
    KvStats ofSubstores =
        EnsembleStats.of(stats, topology, growth.status(), roots, backpressure, unsplittable);
    return journal == null ? ofSubstores : journal.addTo(ofSubstores);
  }

  @Override
  public Set<KvFeature> features() {
    return features;
  }

  @Override
  public KvLimits limits() {
    return limits;
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    if (type == EnsembleControl.class) {
      return Optional.of(type.cast(control));
    }
    if (type == KvBean.Source.class) {
      KvBean.Source source = this::beans;
      return Optional.of(type.cast(source));
    }
    if (type == KvDirectories.class) {
      KvDirectories directories = () -> roots.diskBytes(topology.table());
      return Optional.of(type.cast(directories));
    }
    return KvStore.super.unwrap(type);
  }

  private List<KvBean> beans(Supplier<KvStats> stats) {
    EnsembleView view = new EnsembleView(stats, topology, roots, control, budget);
    return List.of(new KvBean("Ensemble", EnsembleMXBean.class, view));
  }

  /** Closes all substores, even if one fails; throws the first failure, or that of before. */
  @Override
  public void close() {
    List<Throwable> failures = new ArrayList<>();
    attempt(failures, growth::close);
    if (journal != null) {
      attempt(failures, journal::stop);
    }
    boolean whole = topology.substores().stream().noneMatch(Substore::isPending);
    failures.addAll(onEach(topology.substores(), "close", substore -> substore.store().close()));
    boolean clean = failures.isEmpty() && topology.failure() == null && !context.isReadOnly();
    attempt(failures, () -> topology.close(clean));
    if (journal != null) {
      attempt(failures, () -> journal.close(clean && whole));
    }
    attempt(failures, roots::close);
    attempt(failures, topology::checkNotFailed);
    Parallel.throwFirst(failures);
  }

  private static void attempt(List<Throwable> failures, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
  }
}
