// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Footprint;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.SequentialWrite;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * What is done with one engine: load all keys; get keys that are there; get keys that are not; put
 * and get half and half; close, open again and get one key; and, no longer timed, get all keys.
 *
 * <p>Every value that is read is compared with what was written last. So that this is known, the
 * keys are dealt out to the threads, and each puts and gets its own in the mixed phase.
 *
 * @param stored the store, of which there is nothing yet
 * @param operations how many gets, absent gets, and mixed calls
 * @param sync whether each write is durable at its return
 */
record Workload(Stored stored, long operations, boolean sync) {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double P99 = 99;
  private static final double P999 = 99.9;
  private static final int PRECISION = 2;

  /** What was found out. */
  record Outcome(Map<Figure, Double> figures, String libraries) {}

  Outcome run() throws InterruptedException {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    byte[] versions = new byte[Math.toIntExact(stored.keys())];
    String libraries;
    double limit = SequentialWrite.bytesPerSecond(stored.directory(), stored.dataBytes());
    try (Crew crew = new Crew(stored.threads())) {
      Footprint before = Footprint.now();
      double written = ProcessFacts.writtenBytes();
      long puts;
      try (Engine opened = stored.open(sync)) {
        libraries = opened.libraries();
        double loaded = stored.keys() / stored.load(crew, opened);
        figures.put(Figure.LOAD, loaded);
        figures.put(Figure.LOAD_OF_LIMIT, loaded * stored.pairBytes() / limit);
        figures.put(Figure.WRITTEN_BY_LOAD, perByte(written, stored.keys()));
        written = ProcessFacts.writtenBytes();
        get(crew, opened, versions, figures);
        figures.put(Figure.ABSENT, operations / getAbsent(crew, opened));
        puts = putAndGet(crew, opened, versions, figures);
        Footprint now = Footprint.now();
        figures.put(Figure.HEAP, now.liveHeapBytes() - before.liveHeapBytes());
        figures.put(Figure.OFF_HEAP, now.anonymousBytes() - before.anonymousBytes());
        figures.put(Figure.ANONYMOUS, now.anonymousBytes());
      }
      figures.put(Figure.WRITTEN_AFTER_LOAD, perByte(written, puts));
      figures.put(Figure.PEAK, ProcessFacts.peakResidentBytes());
      TemporaryDirectory files = new TemporaryDirectory(stored.directory());
      figures.put(Figure.DISK, files.allocatedBytes() / stored.dataBytes());
      figures.put(Figure.LENGTH, (double) files.bytes() / stored.dataBytes());
      reopen(crew, versions, figures);
    }
    return new Outcome(figures, libraries);
  }

  private void reopen(Crew crew, byte[] versions, Map<Figure, Double> figures)
      throws InterruptedException {
    long begun = System.nanoTime();
    try (Engine reopened = stored.open(sync)) {
      byte[] value = reopened.get(stored.pairs().key(0));
      figures.put(Figure.REOPEN, (System.nanoTime() - begun) / NANOS_PER_MILLI);
      stored.new Check().value(0, versions[0], value);
      getAll(crew, reopened, versions);
    }
  }

  /** Returns what has been written to the disk since then, per byte put. */
  private double perByte(double writtenThen, long puts) {
    return (ProcessFacts.writtenBytes() - writtenThen) / (puts * stored.pairBytes());
  }

  /** Every get by itself is timed. */
  private void get(Crew crew, Engine opened, byte[] versions, Map<Figure, Double> figures)
      throws InterruptedException {
    Histogram all = new Histogram(PRECISION);
    double seconds =
        crew.run(
            "get",
            thread -> {
              Histogram latency = new Histogram(PRECISION);
              Stored.Check check = stored.new Check();
              SplittableRandom random = stored.random(thread);
              for (long i = thread; i < operations; i += stored.threads()) {
                long index = random.nextLong(stored.keys());
                byte[] key = stored.pairs().key(index);
                long begun = System.nanoTime();
                byte[] value = opened.get(key);
                latency.recordValue(System.nanoTime() - begun);
                check.value(index, versions[(int) index], value);
              }
              synchronized (all) {
                all.add(latency);
              }
            });
    figures.put(Figure.GET, operations / seconds);
    figures.put(Figure.GET_P99, all.getValueAtPercentile(P99) / NANOS_PER_MICRO);
    figures.put(Figure.GET_P999, all.getValueAtPercentile(P999) / NANOS_PER_MICRO);
    figures.put(Figure.GET_MAX, all.getMaxValue() / NANOS_PER_MICRO);
  }

  private double getAbsent(Crew crew, Engine opened) throws InterruptedException {
    return crew.run(
        "absent",
        thread -> {
          SplittableRandom random = stored.random(thread);
          for (long i = thread; i < operations; i += stored.threads()) {
            stored.getAbsent(opened, random);
          }
        });
  }

  /** Returns how many puts there were. */
  private long putAndGet(Crew crew, Engine opened, byte[] versions, Map<Figure, Double> figures)
      throws InterruptedException {
    LongAdder puts = new LongAdder();
    double seconds =
        crew.run(
            "50:50",
            thread -> {
              Stored.Check check = stored.new Check();
              SplittableRandom random = stored.random(thread);
              long own = (stored.keys() - thread + stored.threads() - 1) / stored.threads();
              for (long i = thread; i < operations; i += stored.threads()) {
                int index = (int) (thread + stored.threads() * random.nextLong(own));
                if (random.nextBoolean()) {
                  opened.put(
                      stored.pairs().key(index), stored.pairs().value(index, ++versions[index]));
                  puts.increment();
                } else {
                  check.value(index, versions[index], opened.get(stored.pairs().key(index)));
                }
              }
            });
    figures.put(Figure.MIXED, operations / seconds);
    return puts.sum();
  }

  private void getAll(Crew crew, Engine opened, byte[] versions) throws InterruptedException {
    crew.run(
        "all",
        thread -> {
          Stored.Check check = stored.new Check();
          for (int index = thread; index < stored.keys(); index += stored.threads()) {
            check.value(index, versions[index], opened.get(stored.pairs().key(index)));
          }
        });
  }
}
