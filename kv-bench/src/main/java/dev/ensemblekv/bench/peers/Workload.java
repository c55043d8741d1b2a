// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Pairs;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.SequentialWrite;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.bench.engine.Engines;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What is done with one engine: load all keys; get keys that are there; get keys that are not; put
 * and get half and half; close, open again and get one key; and, no longer timed, get all keys.
 *
 * <p>Every value that is read is compared with what was written last. So that this is known, the
 * keys are dealt out to the threads, and each puts and gets its own in the mixed phase.
 *
 * @param engine its name
 * @param directory where its files are
 * @param pairs its keys and values
 * @param keys how many
 * @param operations how many gets, absent gets, and mixed calls
 * @param threads how many threads
 * @param sync whether each write is durable at its return
 */
record Workload(
    String engine,
    Path directory,
    Pairs pairs,
    long keys,
    long operations,
    int threads,
    boolean sync) {

  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double P99 = 99;
  private static final double P999 = 99.9;
  private static final int PRECISION = 2;

  /** What was found out. */
  record Outcome(Map<Figure, Double> figures, String libraries) {}

  Outcome run() throws InterruptedException {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    byte[] versions = new byte[Math.toIntExact(keys)];
    String libraries;
    double limit = SequentialWrite.bytesPerSecond(directory, keys * pairBytes());
    try (Crew crew = new Crew(threads)) {
      Footprint before = Footprint.now();
      double written = ProcessFacts.writtenBytes();
      long puts;
      try (Engine opened = Engines.open(engine, directory, sync)) {
        libraries = opened.libraries();
        double loaded = keys / load(crew, opened);
        figures.put(Figure.LOAD, loaded);
        figures.put(Figure.LOAD_OF_LIMIT, loaded * pairBytes() / limit);
        figures.put(Figure.WRITTEN_BY_LOAD, perByte(written, keys));
        written = ProcessFacts.writtenBytes();
        get(crew, opened, versions, figures);
        figures.put(Figure.ABSENT, operations / getAbsent(crew, opened));
        puts = putAndGet(crew, opened, versions, figures);
        Footprint.now().since(before, figures);
      }
      figures.put(Figure.WRITTEN_AFTER_LOAD, perByte(written, puts));
      figures.put(Figure.PEAK, ProcessFacts.peakResidentBytes());
      TemporaryDirectory files = new TemporaryDirectory(directory);
      figures.put(Figure.DISK, files.allocatedBytes() / (keys * pairBytes()));
      figures.put(Figure.LENGTH, (double) files.bytes() / (keys * pairBytes()));
      reopen(crew, versions, figures);
    }
    return new Outcome(figures, libraries);
  }

  private void reopen(Crew crew, byte[] versions, Map<Figure, Double> figures)
      throws InterruptedException {
    long begun = System.nanoTime();
    try (Engine reopened = Engines.open(engine, directory, sync)) {
      byte[] value = reopened.get(pairs.key(0));
      figures.put(Figure.REOPEN, (System.nanoTime() - begun) / NANOS_PER_MILLI);
      new Check().value(0, versions[0], value);
      getAll(crew, reopened, versions);
    }
  }

  private long pairBytes() {
    return Pairs.KEY_BYTES + (long) pairs.valueBytes();
  }

  /** Returns what has been written to the disk since then, per byte put. */
  private double perByte(double writtenThen, long puts) {
    return (ProcessFacts.writtenBytes() - writtenThen) / (puts * pairBytes());
  }

  /** Compares values with what they should be; for one thread. */
  private final class Check {
    private final byte[] expected = new byte[pairs.valueBytes()];

    void value(long index, int version, byte @Nullable [] value) {
      pairs.fill(expected, index, version);
      if (!Arrays.equals(expected, value)) {
        throw new IllegalStateException(
            engine + " returned a wrong value for key " + index + ", version " + version);
      }
    }
  }

  private double load(Crew crew, Engine opened) throws InterruptedException {
    double seconds =
        crew.run(
            "load",
            thread -> {
              for (long index = thread; index < keys; index += threads) {
                opened.put(pairs.key(index), pairs.value(index, 0));
              }
            });
    long begun = System.nanoTime();
    opened.flush();
    return seconds + (System.nanoTime() - begun) / NANOS_PER_SECOND;
  }

  private void get(Crew crew, Engine opened, byte[] versions, Map<Figure, Double> figures)
      throws InterruptedException {
    Histogram all = new Histogram(PRECISION);
    double seconds =
        crew.run(
            "get",
            thread -> {
              Histogram latency = new Histogram(PRECISION);
              Check check = new Check();
              SplittableRandom random = random(thread);
              for (long i = thread; i < operations; i += threads) {
                long index = random.nextLong(keys);
                byte[] key = pairs.key(index);
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
          SplittableRandom random = random(thread);
          for (long i = thread; i < operations; i += threads) {
            long index = keys + random.nextLong(keys);
            if (opened.get(pairs.key(index)) != null) {
              throw new IllegalStateException(engine + " has key " + index + ", never put");
            }
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
              Check check = new Check();
              SplittableRandom random = random(thread);
              long own = (keys - thread + threads - 1) / threads;
              for (long i = thread; i < operations; i += threads) {
                int index = (int) (thread + threads * random.nextLong(own));
                if (random.nextBoolean()) {
                  opened.put(pairs.key(index), pairs.value(index, ++versions[index]));
                  puts.increment();
                } else {
                  check.value(index, versions[index], opened.get(pairs.key(index)));
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
          Check check = new Check();
          for (int index = thread; index < keys; index += threads) {
            check.value(index, versions[index], opened.get(pairs.key(index)));
          }
        });
  }

  private SplittableRandom random(int thread) {
    return new SplittableRandom(pairs.seed() + thread);
  }
}
