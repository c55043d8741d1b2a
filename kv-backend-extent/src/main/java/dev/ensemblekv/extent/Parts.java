// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.extent;

import dev.ensemblekv.spi.KvOpenContext;
import java.io.IOException;

/** The parts of an open store, put together. */
final class Parts {
  final Health health;
  final StoreFiles files;
  final Catalog catalog;
  final Segments segments;
  final Index index;
  final KeyHash.Function hashes;
  final Tail tail;
  final Pins pins = new Pins();
  final Lookup lookup;
  final Upkeep upkeep;
  final Backpressure backpressure;
  final LogEvents events;
  final Reserve reserve;
  final Appender.Limits limits;
  final Log log;
  final Publisher publisher;
  final Merger merger;
  final BudgetMember budget;
  final CompactionRate compactionRate;
  final Victims victims;
  final Compactor compactor;
  final MappingKeeper mappings;
  final Division division;
  final Chores chores;
  final Writes writes;

  /**
   * What opening found.
   *
   * @param files those of the store
   * @param share what the store has of the mappings of the process
   * @param manifest which files count
   * @param segments the open ones
   * @param index the open runs, and what was replayed
   * @param hashes the hash of keys
   * @param tail where the log ends
   */
  record Found(
      StoreFiles files,
      MappingBudget.Share share,
      Manifest manifest,
      Segments segments,
      Index index,
      KeyHash.Function hashes,
      Tail tail) {}

  Parts(KvOpenContext context, Found found, Health health) {
    this.health = health;
    files = found.files;
    segments = found.segments;
    index = found.index;
    hashes = found.hashes;
    tail = found.tail;
    lookup = new Lookup(context.directory(), index, segments, hashes, pins);
    upkeep = new Upkeep(context.executor(), context.directory(), this::work);
    backpressure = new Backpressure(context.executor()::nanoTime, upkeep::pause);
    events = new LogEvents(health, upkeep, context.executor());
    catalog = new Catalog(files, found.manifest, events::durable);
    reserve = new Reserve(files, catalog, segments, index);
    long segmentBytes = context.option(ExtentOptions.SEGMENT_SIZE);
    limits =
        new Appender.Limits(
            Math.toIntExact(context.option(ExtentOptions.MEMTABLE_KEYS)),
            context.option(ExtentOptions.REPLAY_SIZE));
    log =
        new Log(files, catalog, segments, index, pins, tail, segmentBytes, limits, reserve, events);
    events.of(log);
    publisher = new Publisher(files, catalog, segments, index, log, events);
    merger = new Merger(files, catalog, index, log, publisher, pins, reserve);
    budget = new BudgetMember(context.budget(), index, log, upkeep);
    compactionRate =
        new CompactionRate(upkeep, budget, context.option(ExtentOptions.COMPACTION_RATE));
    victims =
        new Victims(catalog, segments, index, reserve, context.option(ExtentOptions.SPACE_PERCENT));
    compactor =
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
            victims,
            new Compactor.Settings(segmentBytes, compactionRate));
    mappings = new MappingKeeper(catalog, segments, index, pins, found.share);
    division =
        new Division(files, catalog, index, lookup, log, publisher, merger, events, upkeep, pins);
    chores = new Chores(this, new ExtentEvents(context.events()));
    writes = new Writes(this);
    mappings.onExceeded(upkeep::wake);
  }

  private void work() throws IOException {
    chores.work();
  }
}
