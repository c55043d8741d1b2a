// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.ensemble;

import dev.ensemblekv.api.KvOption;
import dev.ensemblekv.api.ReadOnlyStoreException;
import dev.ensemblekv.spi.KvCapacity;
import dev.ensemblekv.spi.KvOpenContext;

/** What users steer. Thread-safe. */
final class Control implements EnsembleControl {
  private final KvOpenContext context;
  private final EnsembleStore ensemble;
  private final Topology topology;
  private final Growth growth;
  private final Budget budget;

  // Guarded by this for changes.
  private volatile long maxKeys;
  private volatile long maxBytes;

  Control(KvOpenContext context, EnsembleStore ensemble, Growth growth, Budget budget) {
    this.context = context;
    this.ensemble = ensemble;
    this.topology = ensemble.topology();
    this.growth = growth;
    this.budget = budget;
    this.maxKeys = context.option(EnsembleOptions.MAX_KEYS);
    this.maxBytes = context.option(EnsembleOptions.MAX_BYTES);
  }

  @Override
  public Status status() {
    return growth.status();
  }

  @Override
  public void splitNow() {
    splitNow(EnsembleStats.fullest(topology.table()));
  }

  @Override
  public void splitNow(String substore) {
    Substore donor =
        topology.table().slots().stream()
            .map(RoutingTable.Slot::substore)
            .filter(candidate -> candidate.name().equals(substore))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("there is no substore '" + substore + "'"));
    splitNow(donor);
  }

  private void splitNow(Substore donor) {
    checkWritable("split it");
    growth.want(donor, true);
  }

  private void checkWritable(String what) {
    if (context.isReadOnly()) {
      throw new ReadOnlyStoreException(
          "the store was opened with readOnly; open it without to " + what, null, null);
    }
  }

  @Override
  public void pause() {
    growth.pause();
  }

  @Override
  public void resume() {
    growth.resume();
  }

  @Override
  public void splitRate(long bytesPerSecond) {
    growth.rate(EnsembleOptions.SPLIT_RATE.check(bytesPerSecond));
  }

  @Override
  public long splitRate() {
    return growth.bytesPerSecond();
  }

  @Override
  public void backgroundRate(long bytesPerSecond) {
    budget.rate(EnsembleOptions.BACKGROUND_RATE.check(bytesPerSecond));
  }

  @Override
  public long backgroundRate() {
    return budget.bytesPerSecond();
  }

  @Override
  public void backgroundTasks(long tasks) {
    budget.places(EnsembleOptions.backgroundTasks(EnsembleOptions.BACKGROUND_TASKS.check(tasks)));
  }

  @Override
  public long backgroundTasks() {
    return budget.places();
  }

  @Override
  public void memory(long bytes) {
    budget.memoryLimit(EnsembleOptions.memoryBytes(EnsembleOptions.MEMORY.check(bytes)));
  }

  @Override
  public long memory() {
    return budget.memoryLimit();
  }

  @Override
  public long maxKeys() {
    return maxKeys;
  }

  @Override
  public synchronized void maxKeys(long keys) {
    KvCapacity capacity = capacity(EnsembleOptions.MAX_KEYS.check(keys), maxBytes);
    change(EnsembleOptions.MAX_KEYS, keys, capacity);
    maxKeys = keys;
  }

  @Override
  public long maxBytes() {
    return maxBytes;
  }

  @Override
  public synchronized void maxBytes(long bytes) {
    KvCapacity capacity = capacity(maxKeys, EnsembleOptions.MAX_BYTES.check(bytes));
    change(EnsembleOptions.MAX_BYTES, bytes, capacity);
    maxBytes = bytes;
  }

  private KvCapacity capacity(long keys, long bytes) {
    return EnsembleOptions.capacity(context.innerBackend().capacity(), keys, bytes);
  }

  /** A value that is recorded already does no harm if what follows fails. */
  private void change(KvOption<Long> option, long value, KvCapacity capacity) {
    checkWritable("change its limits");
    context.record(option, value);
    topology.capacity(capacity);
    topology.table().slots().forEach(slot -> ensemble.wantSplitIfFull(slot.substore()));
  }

  @Override
  public boolean abort() {
    return growth.abort();
  }
}
