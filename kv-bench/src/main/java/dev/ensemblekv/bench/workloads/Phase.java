// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Footprint;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.bench.workloads.WorkloadFigure.Kind;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * A workload that is being measured, or the load before it.
 *
 * <p>Calls follow one another without a pause; so that one that takes long also counts for those
 * that would have come meanwhile, latencies are corrected as HdrHistogram does, by the mean time of
 * a call. What only writes is over when all is durable.
 */
final class Phase {
  private static final int PRECISION = 3;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final Map<Kind, Double> PERCENTILES =
      Map.of(Kind.P50, 50.0, Kind.P90, 90.0, Kind.P99, 99.0, Kind.P999, 99.9, Kind.P9999, 99.99);

  private final String name;
  private final Stored stored;
  private final Footprint before;
  private final Histogram latency = new Histogram(PRECISION);
  private final Pace pace = new Pace();
  private final LongAdder putBytes = new LongAdder();
  private final double written = ProcessFacts.writtenBytes();
  private final long cpu = ProcessFacts.cpuNanos();

  /** The next call of a thread. */
  @FunctionalInterface
  interface Next {
    /** Does it, and returns the nanoseconds that it took; below zero if there is none. */
    long call(int thread, Caller caller, long done);
  }

  /**
   * Begins one.
   *
   * @param before the memory before the engine was opened
   */
  Phase(String name, Stored stored, Footprint before) {
    this.name = name;
    this.stored = stored;
    this.before = before;
  }

  /**
   * Does the calls.
   *
   * @param seconds how long they go on at most
   * @param writeOnly whether the flush after them counts
   */
  void run(
      Crew crew,
      Engine opened,
      OwnKeys[] own,
      Next next,
      double seconds,
      boolean writeOnly,
      Outcome outcome)
      throws InterruptedException {
    double called =
        crew.run(
            name,
            thread -> {
              Histogram nanos = new Histogram(PRECISION);
              Pace ownPace = new Pace();
              Caller caller = new Caller(stored, opened, own[thread]);
              long begun = System.nanoTime();
              long elapsed = 0;
              for (long done = 0; elapsed < seconds * NANOS_PER_SECOND; done++) {
                long took = next.call(thread, caller, done);
                if (took < 0) {
                  break;
                }
                nanos.recordValue(took);
                elapsed = caller.ended() - begun;
                ownPace.count(elapsed);
              }
              synchronized (this) {
                latency.add(nanos);
                pace.add(ownPace);
              }
              putBytes.add(caller.written());
            });
    long flushing = System.nanoTime();
    opened.flush();
    double flushed = (System.nanoTime() - flushing) / NANOS_PER_SECOND;
    long calls = latency.getTotalCount();
    put(outcome, Kind.RATE, calls / (writeOnly ? called + flushed : called));
    tellLatencies(called * NANOS_PER_SECOND * stored.threads() / calls, outcome);
    put(outcome, Kind.CPU, (ProcessFacts.cpuNanos() - cpu) / NANOS_PER_MICRO / calls);
    double wrote = ProcessFacts.writtenBytes() - written;
    put(outcome, Kind.WRITTEN, putBytes.sum() == 0 ? Double.NaN : wrote / putBytes.sum());
    put(outcome, Kind.DISK, diskBytes() / dataBytes(own));
    Footprint now = Footprint.now();
    put(outcome, Kind.HEAP, now.liveHeapBytes() - before.liveHeapBytes());
    put(outcome, Kind.OFF_HEAP, now.anonymousBytes() - before.anonymousBytes());
    put(outcome, Kind.RESIDENT, now.residentBytes());
    outcome.curves.put(Curves.pace(name), pace.points());
  }

  private void tellLatencies(double intervalNanos, Outcome outcome) {
    Histogram corrected =
        latency.copyCorrectedForCoordinatedOmission(Math.max(1, (long) intervalNanos));
    PERCENTILES.forEach(
        (kind, percentile) ->
            put(outcome, kind, corrected.getValueAtPercentile(percentile) / NANOS_PER_MICRO));
    outcome.curves.put(Curves.latency(name), Curves.points(corrected));
  }

  private void put(Outcome outcome, Kind kind, double value) {
    outcome.figures.put(new WorkloadFigure(name, kind), value);
  }

  private double diskBytes() {
    return new TemporaryDirectory(stored.directory()).allocatedBytes();
  }

  private double dataBytes(OwnKeys[] own) {
    double pairs = 0;
    for (OwnKeys keys : own) {
      pairs += keys.live();
    }
    return pairs * stored.pairBytes();
  }
}
