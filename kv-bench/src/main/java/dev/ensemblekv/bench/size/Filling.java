// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.size;

import dev.ensemblekv.bench.Crew;
import dev.ensemblekv.bench.Stored;
import dev.ensemblekv.bench.engine.Engine;
import dev.ensemblekv.ensemble.EnsembleControl;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Fills a store step by step, and after each step gets some of all that is there. Every value that
 * is got is compared.
 *
 * @param stored the store, of which there is nothing yet, and what will be in it
 * @param stepKeys keys put in each step
 * @param gets how many in each step
 */
record Filling(Stored stored, long stepKeys, int gets) {

  /**
   * What was measured when there was so much.
   *
   * @param keys how many there are
   * @param puts per second
   * @param gets per second
   * @param splits how often substores have split so far; 0 if it is no ensemble
   */
  record Step(long keys, double puts, double gets, long splits) {}

  /** Fills the store, and tells of each step as soon as it is done; returns the name of it all. */
  String run(Consumer<Step> done) throws InterruptedException {
    try (Crew crew = new Crew(stored.threads());
        Engine engine = stored.open(false)) {
      for (long from = 0; from < stored.keys(); from += stepKeys) {
        long first = from;
        long end = Math.min(stored.keys(), from + stepKeys);
        double putting = crew.run("put", thread -> put(engine, first + thread, end));
        double getting = crew.run("get", thread -> get(engine, thread, end));
        done.accept(
            new Step(
                end,
                (end - first) / putting,
                (double) getsOfEach() * stored.threads() / getting,
                splits(engine)));
      }
      engine.flush();
      return engine.libraries();
    }
  }

  private void put(Engine engine, long first, long end) {
    for (long index = first; index < end; index += stored.threads()) {
      engine.put(stored.pairs().key(index), stored.pairs().value(index, 0));
    }
  }

  private int getsOfEach() {
    return Math.max(1, gets / stored.threads());
  }

  private void get(Engine engine, int thread, long end) {
    Stored.Check check = stored.new Check();
    SplittableRandom random = new SplittableRandom(stored.pairs().seed() + thread + end);
    for (int i = 0; i < getsOfEach(); i++) {
      long index = random.nextLong(end);
      check.value(index, 0, engine.get(stored.pairs().key(index)));
    }
  }

  private static long splits(Engine engine) {
    return engine
        .unwrap(EnsembleControl.class)
        .map(control -> control.status().splits())
        .orElse(0L);
  }
}
