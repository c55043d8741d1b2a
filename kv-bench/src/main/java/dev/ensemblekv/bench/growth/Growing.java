// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.growth;

import dev.ensemblekv.api.KvOptions;
import dev.ensemblekv.api.KvStats;
import dev.ensemblekv.api.KvStore;
import dev.ensemblekv.api.KvTask;
import dev.ensemblekv.ensemble.EnsembleControl;
import dev.ensemblekv.ensemble.EnsembleOptions;
import dev.ensemblekv.spi.KvEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;

/**
 * An ensemble that grows from nothing: its own code routes, counts, schedules, copies, compares,
 * cleans and publishes; only its substores keep nothing. For one thread.
 */
final class Growing {
  private static final int SAMPLES_PER_DOUBLING = 200;

  private final Plan plan;
  private final VirtualTime time = new VirtualTime();
  private final Chronicle chronicle;
  private final Accounts accounts;
  private final ModelDisk disk;
  private final KvStore store;
  private final EnsembleControl control;
  private final Consumer<Doubling> listener;
  private int nextEnd;

  private Growing(Plan plan, Path directory, Consumer<Doubling> listener) {
    this.plan = plan;
    this.listener = listener;
    this.chronicle = new Chronicle(plan.initialSubstores());
    this.accounts = new Accounts(plan, time);
    Path home = directory.resolve("model");
    this.disk = new ModelDisk(home.resolve("MANIFEST"));
    KvEnvironment environment =
        KvEnvironment.builder()
            .executor(time)
            .random(new Random(plan.seed()))
            .disk(disk.disk())
            .backend(new AccountingBackend(accounts))
            .build();
    KvOptions options =
        KvOptions.builder()
            .set(EnsembleOptions.INITIAL_SUBSTORES, (long) plan.initialSubstores())
            .set(EnsembleOptions.MAX_KEYS, plan.maxKeys() / plan.scale())
            .set(EnsembleOptions.MAX_BYTES, plan.maxBytes() / plan.scale())
            .set(EnsembleOptions.MAX_SUBSTORES, 1L << 20)
            .set(EnsembleOptions.SPLIT_RATE, plan.splitRate() / plan.scale())
            .set(EnsembleOptions.NATIVE_SPLITS, plan.split() == Plan.Split.NATIVE)
            .set(EnsembleOptions.MAX_STALL, Duration.ZERO) // nobody can be held up in this time
            .build();
    this.store = environment.open("ensemble:" + AccountingBackend.NAME, home, options);
    this.control = store.unwrap(EnsembleControl.class).orElseThrow();
    this.nextEnd = 2 * plan.initialSubstores();
  }

  /**
   * Lives a plan through.
   *
   * @param directory where the manifest is
   * @param listener is told of each doubling at its end
   */
  static Life live(Plan plan, Path directory, Consumer<Doubling> listener) {
    Life life = new Growing(plan, directory, listener).live();
    return life.withMemoryBytes(life.memoryBytes() - usedHeapBytes());
  }

  private Life live() {
    try (store) {
      putAll();
      rest();
      end();
      KvStats stats = store.stats();
      KvTask verification = store.verify();
      rest();
      long keys = store.size();
      accounts.forget();
      return new Life(
          chronicle.doublings(),
          keys,
          verification.result(),
          metric(stats, "imbalance"),
          metric(stats, "bytesImbalance"),
          Fill.of(stats, plan.initialSubstores()).max(),
          control.status().failures(),
          usedHeapBytes());
    }
  }

  private void putAll() {
    int nextSample = 1;
    for (int put = 0; put < plan.puts(); put++) {
      long now = plan.putNanos(accounts.putBytes());
      while (time.isDueBy(now)) {
        step();
      }
      time.reach(now);
      accounts.beginPut();
      store.put(AccountingStore.key(put), new byte[plan.valueLength(put)]);
      if (put == nextSample) {
        nextSample += 1 + put / SAMPLES_PER_DOUBLING;
        sample();
      }
    }
  }

  /** Before the first split, nothing can be said of how full substores are. */
  private void sample() {
    if (substores() > plan.initialSubstores()) {
      chronicle.sample(Fill.of(store.stats(), plan.initialSubstores()));
    }
  }

  /** Lets what was begun come to its end. */
  private void rest() {
    while (time.isDueBy(Long.MAX_VALUE)) {
      step();
    }
  }

  private void step() {
    accounts.beginStep();
    time.runNext();
    EnsembleControl.Status status = control.status();
    boolean works = status.phase() != EnsembleControl.Phase.IDLE || status.queued() > 0;
    chronicle.splitting(works, time.nanoTime(), accounts.putBytes());
    if (substores() >= nextEnd) {
      nextEnd *= 2;
      end();
    }
  }

  private int substores() {
    return plan.initialSubstores() + (int) control.status().splits();
  }

  private void end() {
    Chronicle.Mark now =
        new Chronicle.Mark(
            time.nanoTime(),
            accounts.putBytes(),
            accounts.copiedBytes(),
            accounts.rewrittenBytes(),
            accounts.readBytes(),
            disk.writes(),
            disk.bytes());
    listener.accept(chronicle.end(substores(), now, accounts.takePeakExtraBytes()));
  }

  private static double metric(KvStats stats, String name) {
    return stats.metric(name).orElseThrow().value();
  }

  private static long usedHeapBytes() {
    Runtime runtime = Runtime.getRuntime();
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 2; i++) {
      System.gc();
      used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
    }
    return used;
  }
}
