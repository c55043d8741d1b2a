// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.workloads;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Footprint;
import dev.ensemblekv.bench.Job;
import dev.ensemblekv.bench.Outcome;
import dev.ensemblekv.bench.ProcessFacts;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.TemporaryDirectory;
import dev.ensemblekv.bench.engine.Engine;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What is done with one store: load all keys, then one workload after the other, then close it,
 * open it again and get one key; and, no longer timed, get all keys.
 *
 * <p>The same is done before with little data, so that what is measured is not how the code of the
 * engine, and of this, is loaded and compiled.
 *
 * <p>Every value that is read is compared with what was put last: the keys are dealt out to the
 * threads, and each chooses among its own. Of scans the pair at the beginning is compared.
 *
 * @param stored the store, of which there is nothing yet
 * @param sync whether each write is durable at its return; those of the load are not
 * @param workloads the descriptions of the workloads, by their names
 * @param operations how many calls each has at most
 * @param seconds how long each goes on at most
 */
record Phases(
    Stored stored, boolean sync, Map<String, String> workloads, long operations, double seconds)
    implements Job {
  static final String LOAD = "load";
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double WARM_SECONDS = 0.3;

  /** Returns by what name the store is known: that of its first workload. */
  static String storeName(Map<String, String> workloads) {
    return workloads.isEmpty() ? LOAD : workloads.keySet().iterator().next();
  }

  @Override
  public void run(Outcome outcome, Consumer<String> progress) throws InterruptedException {
    Footprint before = Footprint.now(); // the memory that it takes to compile code counts
    warmUp();
    run(before, outcome);
  }

  /** Does all of it with another store before, a small one and for a short time. */
  private void warmUp() throws InterruptedException {
    try (TemporaryDirectory files = TemporaryDirectory.below(stored.parent())) {
      Stored small = stored.small(files.path());
      new Phases(small, sync, workloads, operations, Math.min(WARM_SECONDS, seconds))
          .run(Footprint.now(), new Outcome());
    }
  }

  private void run(Footprint before, Outcome outcome) throws InterruptedException {
    OwnKeys[] own = new OwnKeys[stored.threads()];
    for (int thread = 0; thread < own.length; thread++) {
      own[thread] = new OwnKeys(stored, thread);
    }
    try (Crew crew = new Crew(stored.threads())) {
      try (Engine opened = stored.open(false)) {
        load(crew, opened, own, before, outcome);
        if (!sync) {
          call(crew, opened, own, before, outcome);
        }
      }
      if (sync) {
        try (Engine opened = stored.open(true)) {
          call(crew, opened, own, before, outcome);
        }
      }
      reopen(crew, own, outcome);
    }
  }

  private void load(Crew crew, Engine opened, OwnKeys[] own, Footprint before, Outcome outcome)
      throws InterruptedException {
    Phase.Next next =
        (thread, caller, done) -> done < own[thread].count() ? caller.load((int) done) : -1;
    new Phase(LOAD, stored, before)
        .run(crew, opened, own, next, Double.POSITIVE_INFINITY, true, false, outcome);
    outcome.note(opened.libraries());
  }

  private void call(Crew crew, Engine opened, OwnKeys[] own, Footprint before, Outcome outcome)
      throws InterruptedException {
    boolean ordered = isOrdered(opened);
    if (!ordered) {
      outcome.note("not ordered");
    }
    for (Map.Entry<String, String> described : workloads.entrySet()) {
      Workload workload = Workload.parse(described.getKey(), described.getValue());
      if (ordered || !workload.isOrdered()) {
        long calls = operations * workload.passes() / stored.threads();
        Phase.Next next =
            (thread, caller, done) -> done < Math.max(1, calls) ? caller.next(workload) : -1;
        new Phase(workload.name(), stored, before)
            .run(
                crew,
                opened,
                own,
                next,
                seconds * workload.passes(),
                workload.isWriteOnly(),
                workload.passes() > 1,
                outcome);
      }
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

  private void reopen(Crew crew, OwnKeys[] own, Outcome outcome) throws InterruptedException {
    String name = storeName(workloads);
    outcome.put(WorkloadFigures.PEAK.of(name), ProcessFacts.peakResidentBytes());
    long begun = System.nanoTime();
    try (Engine opened = stored.open(sync)) {
      byte[] value = opened.get(own[0].key(0));
      outcome.put(WorkloadFigures.REOPEN.of(name), (System.nanoTime() - begun) / NANOS_PER_MILLI);
      own[0].check(0, value);
      crew.run(
          "all",
          thread -> {
            for (int key = 0; key < own[thread].count(); key++) {
              own[thread].check(key, opened.get(own[thread].key(key)));
            }
          });
    }
  }
}
