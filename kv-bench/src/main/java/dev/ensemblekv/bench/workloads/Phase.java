// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.BlockDevice;
import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Footprint;
import dev.ensemblekv.bench.Latencies;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
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
  private final String name;
  private final Stored stored;
  private final Footprint before;
  private final Histogram latency = new Histogram(PRECISION);
  private final Pace pace = new Pace();
  private final LongAdder putBytes = new LongAdder();
  private final BlockDevice device;
  private final double written;
  private final long cpu;

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
    this.device = BlockDevice.of(stored.directory());
    this.written = device.settledBytes();
    this.cpu = ProcessFacts.cpuNanos();
  }

  /**
   * Does the calls.
   *
   * @param seconds how long they go on at most
   * @param writeOnly whether the flush after them counts
   * @param steady whether space and writes are looked at as time goes by
   */
  void run(
      Crew crew,
      Engine opened,
      OwnKeys[] own,
      Next next,
      double seconds,
      boolean writeOnly,
      boolean steady,
      Outcome outcome)
      throws InterruptedException {
    double data = dataBytes(own);
    Wear wear = new Wear(() -> diskBytes() / data, () -> byPut(device.writtenBytes()));
    if (steady) {
      wear.begin();
    }
    double called =
        crew.run(
            name,
            thread -> {
              Histogram nanos = new Histogram(PRECISION);
              Pace ownPace = new Pace();
              Caller caller = new Caller(stored, opened, own[thread], putBytes);
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
            });
    long flushing = System.nanoTime();
    opened.flush();
    double flushed = (System.nanoTime() - flushing) / NANOS_PER_SECOND;
    wear.end();
    long calls = latency.getTotalCount();
    put(outcome, WorkloadFigures.RATE, calls / (writeOnly ? called + flushed : called));
    tellLatencies(called * NANOS_PER_SECOND * stored.threads() / calls, outcome);
    put(outcome, WorkloadFigures.CPU, (ProcessFacts.cpuNanos() - cpu) / NANOS_PER_MICRO / calls);
    put(outcome, WorkloadFigures.WRITTEN, byPut(device.settledBytes()));
    put(outcome, WorkloadFigures.DISK, diskBytes() / dataBytes(own));
    Footprint now = Footprint.now();
    put(outcome, WorkloadFigures.HEAP, now.liveHeapBytes() - before.liveHeapBytes());
    put(outcome, WorkloadFigures.OFF_HEAP, now.anonymousBytes() - before.anonymousBytes());
    put(outcome, WorkloadFigures.RESIDENT, now.residentBytes());
    outcome.put(Curves.pace(name), pace.points());
    outcome.put(Curves.space(name), wear.spaces());
    outcome.put(Curves.writes(name), wear.writes());
  }

  private void tellLatencies(double intervalNanos, Outcome outcome) {
    Histogram corrected =
        latency.copyCorrectedForCoordinatedOmission(Math.max(1, (long) intervalNanos));
    Latencies.put(name, corrected, outcome);
    outcome.put(Curves.latency(name), Curves.points(corrected));
  }

  private void put(Outcome outcome, WorkloadFigures figure, double value) {
    outcome.put(figure.of(name), value);
  }

  private double byPut(double writtenNow) {
    double put = putBytes.sum();
    return put == 0 ? Double.NaN : (writtenNow - written) / put;
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
