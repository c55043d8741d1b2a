// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Job;
import dev.ensemblekv.bench.Latencies;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.cold.DiskReads;
import dev.ensemblekv.bench.engine.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Fills a store step by step, and after each step gets some of all that is there. Every value that
 * is got is compared. Beside it, as many pages of the files are read without the engine: what part
 * of them is in memory, and what else the disk has to do, is the same.
 *
 * @param stored the store, of which there is nothing yet, and what will be in it
 * @param steps how many
 * @param gets how many in each step
 */
record Filling(Stored stored, int steps, int gets) implements Job {
  private static final int PRECISION = 2;
  private static final double P99 = 99;
  private static final double P999 = 99.9;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public void run(Outcome outcome, Consumer<String> progress)
      throws InterruptedException, IOException {
    Growth growth = new Growth(stored.pairBytes());
    try (Crew crew = new Crew(stored.threads());
        Engine engine = stored.open(false)) {
      long first = 0;
      for (int step = 1; step <= steps; step++) {
        long end = stored.keys() * step / steps;
        progress.accept(growth.add(step(crew, engine, first, end)));
        first = end;
      }
      int substores = substores(engine);
      outcome.note(
          engine.libraries() + (substores > 0 ? "; " + substores + " substores at last" : ""));
    }
    growth.tell(outcome);
  }

  private Growth.Step step(Crew crew, Engine engine, long first, long end)
      throws InterruptedException, IOException {
    Histogram puts = new ConcurrentHistogram(PRECISION);
    Histogram found = new ConcurrentHistogram(PRECISION);
    double putting = crew.run("put", thread -> put(engine, first + thread, end, puts));
    double getting = crew.run("get", thread -> get(engine, thread, end, found));
    double reads = pageReads(crew);
    boolean isLast = end == stored.keys();
    return new Growth.Step(
        end,
        putting + (isLast ? flush(engine) : 0),
        puts.getTotalCount() / putting,
        found.getTotalCount() / getting,
        reads,
        Latencies.micros(corrected(puts, putting), P999),
        Latencies.micros(puts, 100),
        Latencies.micros(corrected(found, getting), P99),
        substores(engine));
  }

  private static double flush(Engine engine) {
    long begun = System.nanoTime();
    engine.flush();
    return (System.nanoTime() - begun) / NANOS_PER_SECOND;
  }

  /** Adds the calls that would have come while one took long. */
  private Histogram corrected(Histogram nanos, double seconds) {
    double interval = seconds * NANOS_PER_SECOND * stored.threads() / nanos.getTotalCount();
    return nanos.copyCorrectedForCoordinatedOmission(Math.max(1, (long) interval));
  }

  private void put(Engine engine, long first, long end, Histogram nanos) {
    for (long index = first; index < end; index += stored.threads()) {
      byte[] key = stored.pairs().key(index);
      byte[] value = stored.pairs().value(index, 0);
      long begun = System.nanoTime();
      engine.put(key, value);
      nanos.recordValue(System.nanoTime() - begun);
    }
  }

  private void get(Engine engine, int thread, long end, Histogram nanos) {
    Stored.Check check = stored.new Check();
    SplittableRandom random = new SplittableRandom(stored.pairs().seed() + thread + end);
    for (int i = thread; i < gets; i += stored.threads()) {
      long index = random.nextLong(end);
      byte[] key = stored.pairs().key(index);
      long begun = System.nanoTime();
      byte[] value = engine.get(key);
      nanos.recordValue(System.nanoTime() - begun);
      check.value(index, 0, value);
    }
  }

  private double pageReads(Crew crew) throws InterruptedException, IOException {
    LongAdder done = new LongAdder();
    try (DiskReads disk = new DiskReads(stored.directory())) {
      if (disk.isEmpty()) {
        return Double.NaN; // nothing is in files, or not yet
      }
      double reading =
          crew.run(
              "page",
              thread -> {
                SplittableRandom random = stored.random(thread);
                ByteBuffer buffer = ByteBuffer.allocateDirect(DiskReads.PAGE_BYTES);
                for (int i = thread; i < gets; i += stored.threads()) {
                  if (disk.read(random, buffer)) {
                    done.increment();
                  }
                }
              });
      return done.sum() / reading;
    }
  }

  private static int substores(Engine engine) {
    return engine.unwrap(KvStore.class).map(store -> store.stats().substores().size()).orElse(0);
  }
}
