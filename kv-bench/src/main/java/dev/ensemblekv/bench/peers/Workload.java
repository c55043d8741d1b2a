// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.peers;

import dev.ensemblekv.bench.BlockDevice;
import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Footprint;
import dev.ensemblekv.bench.Job;
import dev.ensemblekv.bench.Latencies;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.SequentialWrite;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
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
record Workload(Stored stored, long operations, boolean sync) implements Job {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int PRECISION = 2;

  @Override
  public void run(Outcome outcome, Consumer<String> progress) throws InterruptedException {
    byte[] versions = new byte[Math.toIntExact(stored.keys())];
    double limit = SequentialWrite.bytesPerSecond(stored.directory(), stored.dataBytes());
    try (Crew crew = new Crew(stored.threads())) {
      Footprint before = Footprint.now();
      BlockDevice device = BlockDevice.of(stored.directory());
      double written = device.settledBytes();
      long puts;
      try (Engine opened = stored.open(sync)) {
        outcome.note(opened.libraries());
        double loaded = stored.keys() / stored.load(crew, opened);
        outcome.put(PeersFigures.LOAD, loaded);
        outcome.put(PeersFigures.LOAD_OF_LIMIT, loaded * stored.pairBytes() / limit);
        double byLoad = device.settledBytes() - written;
        outcome.put(PeersFigures.WRITTEN_BY_LOAD, byLoad / stored.dataBytes());
        written += byLoad;
        get(crew, opened, versions, outcome);
        outcome.put(PeersFigures.ABSENT, operations / getAbsent(crew, opened));
        puts = putAndGet(crew, opened, versions, outcome);
        Footprint now = Footprint.now();
        outcome.put(PeersFigures.HEAP, now.liveHeapBytes() - before.liveHeapBytes());
        outcome.put(PeersFigures.OFF_HEAP, now.anonymousBytes() - before.anonymousBytes());
        outcome.put(PeersFigures.ANONYMOUS, now.anonymousBytes());
      }
      double after = device.settledBytes() - written;
      outcome.put(PeersFigures.WRITTEN_AFTER_LOAD, after / (puts * stored.pairBytes()));
      outcome.put(PeersFigures.PEAK, ProcessFacts.peakResidentBytes());
      TemporaryDirectory files = new TemporaryDirectory(stored.directory());
      outcome.put(PeersFigures.DISK, files.allocatedBytes() / stored.dataBytes());
      outcome.put(PeersFigures.LENGTH, (double) files.bytes() / stored.dataBytes());
      reopen(crew, versions, outcome);
    }
  }

  private void reopen(Crew crew, byte[] versions, Outcome outcome) throws InterruptedException {
    long begun = System.nanoTime();
    try (Engine reopened = stored.open(sync)) {
      byte[] value = reopened.get(stored.pairs().key(0));
      outcome.put(PeersFigures.REOPEN, (System.nanoTime() - begun) / NANOS_PER_MILLI);
      stored.new Check().value(0, versions[0], value);
      getAll(crew, reopened, versions);
    }
  }

  /** Every get by itself is timed. */
  private void get(Crew crew, Engine opened, byte[] versions, Outcome outcome)
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
    outcome.put(PeersFigures.GET, operations / seconds);
    Latencies.put(PeersFigures.GET_LATENCY, all, outcome);
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
  private long putAndGet(Crew crew, Engine opened, byte[] versions, Outcome outcome)
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
    outcome.put(PeersFigures.MIXED, operations / seconds);
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
