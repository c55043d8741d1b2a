// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.latency;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Job;
import dev.ensemblekv.bench.Latencies;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.ensemble.EnsembleControl;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Gets and puts of keys that are there, half and half, which come at a steady rate whether or not
 * those before them are done: each takes from when it was to begin until it has returned. Every
 * value is compared with what was put last.
 *
 * @param stored the store, of which there is nothing yet
 * @param rate calls per second, of all threads
 * @param seconds how long that goes on, of which the first fifth does not count
 * @param splitting whether the ensemble is made to split one substore after the other meanwhile
 */
record SteadyLoad(Stored stored, int rate, int seconds, boolean splitting) implements Job {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int WARM_UP = 5;
  private static final int PRECISION = 3;
  private static final long LOOK_NANOS = 1_000_000;

  /** A thread that parks wakes up late by less. */
  private static final long SPIN_NANOS = 150_000;

  @Override
  public void run(Outcome outcome, Consumer<String> progress) throws InterruptedException {
    try (Crew crew = new Crew(stored.threads());
        Engine opened = stored.open(false)) {
      stored.load(crew, opened);
      EnsembleControl control =
          opened
              .unwrap(EnsembleControl.class)
              .orElseThrow(() -> new IllegalArgumentException(stored.engine() + " never splits"));
      Histogram gets = new Histogram(PRECISION);
      Histogram puts = new Histogram(PRECISION);
      long begin = System.nanoTime();
      Thread splits = new Thread(() -> split(control), "splits");
      if (splitting) {
        splits.start();
      }
      double took = crew.run("steady", thread -> call(thread, opened, gets, puts));
      splits.interrupt();
      splits.join();
      Latencies.put(LatencyFigures.GET, gets, outcome);
      Latencies.put(LatencyFigures.PUT, puts, outcome);
      long calls = gets.getTotalCount() + puts.getTotalCount();
      outcome.put(LatencyFigures.CALLS, calls / (took * (WARM_UP - 1) / WARM_UP));
      outcome.put(
          LatencyFigures.SPLITS,
          control.status().splits() * NANOS_PER_SECOND / (System.nanoTime() - begin));
      outcome.note(opened.libraries());
    }
  }

  /** Has the fullest substore split whenever there is nothing left to do for the last split. */
  private static void split(EnsembleControl control) {
    while (!Thread.currentThread().isInterrupted()) {
      EnsembleControl.Status status = control.status();
      if (status.phase() == EnsembleControl.Phase.IDLE && status.queued() == 0) {
        control.splitNow();
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void call(int thread, Engine opened, Histogram allGets, Histogram allPuts) {
    Histogram gets = new Histogram(PRECISION);
    Histogram puts = new Histogram(PRECISION);
    Stored.Check check = stored.new Check();
    SplittableRandom random = stored.random(thread);
    byte[] versions = new byte[Math.toIntExact(stored.keys())];
    long calls = (long) rate * seconds / stored.threads();
    double interval = NANOS_PER_SECOND * stored.threads() / rate;
    long begin = System.nanoTime();
    for (long i = 0; i < calls; i++) {
      long due = begin + (long) (interval * (i + (double) thread / stored.threads()));
      long own = (stored.keys() - thread + stored.threads() - 1) / stored.threads();
      long index = random.nextLong(own) * stored.threads() + thread;
      boolean put = random.nextBoolean();
      byte[] key = stored.pairs().key(index);
      byte[] value = put ? stored.pairs().value(index, ++versions[(int) index]) : null;
      await(due);
      byte[] found = null;
      if (value == null) {
        found = opened.get(key);
      } else {
        opened.put(key, value);
      }
      if (i >= calls / WARM_UP) {
        (put ? puts : gets).recordValue(System.nanoTime() - due);
      }
      if (!put) {
        check.value(index, versions[(int) index], found);
      }
    }
    synchronized (allGets) {
      allGets.add(gets);
      allPuts.add(puts);
    }
  }

  private static void await(long due) {
    for (long rest = due - System.nanoTime(); rest > 0; rest = due - System.nanoTime()) {
      if (rest > SPIN_NANOS) {
        LockSupport.parkNanos(rest - SPIN_NANOS);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
