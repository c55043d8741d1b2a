// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.ycsb;

import com.sun.management.OperatingSystemMXBean;
import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.bench.ycsb.YcsbFigure.Kind;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * What is done with one engine: load all keys, then one workload after the other.
 *
 * <p>Every value that is read is compared with what was put last: the keys are dealt out to the
 * threads, and each chooses among its own. Of scans the pair at the beginning is compared. Calls
 * follow one another without a pause; so that one that takes long also counts for those that would
 * have come meanwhile, latencies are corrected as HdrHistogram does, by the mean time of a call.
 *
 * @param stored the store, of which there is nothing yet
 * @param mixes the workloads
 * @param operations how many calls each has
 * @param sync whether each write is durable at its return
 */
record Ycsb(Stored stored, List<Mix> mixes, long operations, boolean sync) {
  private static final int PRECISION = 3;
  private static final int MAX_SCANNED = 100;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;

  /** What was found out. */
  record Outcome(Map<YcsbFigure, Double> figures, String libraries) {}

  Outcome run() throws InterruptedException {
    Map<YcsbFigure, Double> figures = new HashMap<>();
    OwnKeys[] own = new OwnKeys[stored.threads()];
    for (int thread = 0; thread < own.length; thread++) {
      own[thread] = new OwnKeys(stored, thread);
    }
    try (Crew crew = new Crew(stored.threads());
        Engine opened = stored.open(sync)) {
      stored.load(crew, opened);
      boolean ordered = isOrdered(opened);
      for (Mix mix : mixes) {
        if (ordered || !mix.isOrdered()) {
          run(mix, crew, opened, own, figures);
        } else {
          for (Kind kind : Kind.values()) {
            figures.put(new YcsbFigure(mix, kind), Double.NaN);
          }
        }
      }
      return new Outcome(figures, opened.libraries() + (ordered ? "" : "; not ordered"));
    }
  }

  private boolean isOrdered(Engine opened) {
    try {
      opened.scan(stored.pairs().key(0), (key, value) -> false);
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  private void run(
      Mix mix, Crew crew, Engine opened, OwnKeys[] own, Map<YcsbFigure, Double> figures)
      throws InterruptedException {
    Histogram all = new Histogram(PRECISION);
    LongAdder puts = new LongAdder();
    double written = ProcessFacts.writtenBytes();
    long cpu = cpuNanos();
    double seconds =
        crew.run(
            mix.name(),
            thread -> {
              Histogram latency = new Histogram(PRECISION);
              Calls calls = new Calls(opened, own[thread]);
              for (long i = thread; i < operations; i += stored.threads()) {
                latency.recordValue(calls.next(mix));
              }
              synchronized (all) {
                all.add(latency);
              }
              puts.add(calls.puts);
            });
    opened.flush();
    double micros = (cpuNanos() - cpu) / NANOS_PER_MICRO;
    double writes = ProcessFacts.writtenBytes() - written;
    long interval = (long) (seconds * NANOS_PER_SECOND * stored.threads() / operations);
    Histogram corrected = all.copyCorrectedForCoordinatedOmission(Math.max(1, interval));
    figures.put(new YcsbFigure(mix, Kind.RATE), operations / seconds);
    figures.put(new YcsbFigure(mix, Kind.P50), micros(corrected, 50));
    figures.put(new YcsbFigure(mix, Kind.P99), micros(corrected, 99));
    figures.put(new YcsbFigure(mix, Kind.P999), micros(corrected, 99.9));
    figures.put(new YcsbFigure(mix, Kind.P9999), micros(corrected, 99.99));
    figures.put(new YcsbFigure(mix, Kind.CPU), micros / operations);
    figures.put(
        new YcsbFigure(mix, Kind.WRITTEN),
        puts.sum() == 0 ? Double.NaN : writes / (puts.sum() * stored.pairBytes()));
    figures.put(new YcsbFigure(mix, Kind.DISK), diskBytes() / dataBytes(own));
  }

  private static double micros(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private double diskBytes() {
    return new TemporaryDirectory(stored.directory()).allocatedBytes();
  }

  private double dataBytes(OwnKeys[] own) {
    double pairs = 0;
    for (OwnKeys keys : own) {
      pairs += keys.count();
    }
    return pairs * stored.pairBytes();
  }

  /** The calls of one thread. */
  private final class Calls {
    private final Engine opened;
    private final OwnKeys own;
    private final Stored.Check check = stored.new Check();
    private long puts;

    Calls(Engine opened, OwnKeys own) {
      this.opened = opened;
      this.own = own;
    }

    /** Does the next call; returns the nanoseconds that it took. */
    long next(Mix mix) {
      return switch (mix.call(own.random().nextInt(100))) {
        case READ -> read(own.choose(mix.popularity()));
        case UPDATE -> update(own.choose(mix.popularity()));
        case INSERT -> insert();
        case SCAN -> scan(own.choose(mix.popularity()));
        case READ_MODIFY_WRITE -> {
          int key = own.choose(mix.popularity());
          yield read(key) + update(key);
        }
      };
    }

    private long read(int key) {
      byte[] bytes = own.key(key);
      long begun = System.nanoTime();
      byte[] value = opened.get(bytes);
      long nanos = System.nanoTime() - begun;
      check.value(own.index(key), own.version(key), value);
      return nanos;
    }

    private long update(int key) {
      return put(own.key(key), own.update(key));
    }

    private long insert() {
      int key = own.insert();
      return put(own.key(key), stored.pairs().value(own.index(key), 0));
    }

    private long put(byte[] key, byte[] value) {
      puts++;
      long begun = System.nanoTime();
      opened.put(key, value);
      return System.nanoTime() - begun;
    }

    private long scan(int key) {
      byte[] bytes = own.key(key);
      int[] left = {1 + own.random().nextInt(MAX_SCANNED)};
      byte[][] first = new byte[1][];
      long begun = System.nanoTime();
      opened.scan(
          bytes,
          (found, value) -> {
            if (first[0] == null) {
              first[0] = value;
            }
            return --left[0] > 0;
          });
      long nanos = System.nanoTime() - begun;
      check.value(own.index(key), own.version(key), first[0]);
      return nanos;
    }
  }
}
